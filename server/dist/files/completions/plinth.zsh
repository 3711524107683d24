#compdef plinth
# Completion of the launcher's commands for zsh; etcdctl.zsh and etcdutl.zsh complete the tools' own names.
_arguments '1:command:(server ctl cluster disk bolt util dump-logs dump-db bench train version)' '*::arguments:_files'
