# Completion of the launcher's commands for fish; etcdctl.fish and etcdutl.fish complete the tools' own names.
complete -c plinth -n __fish_use_subcommand -a 'server ctl cluster disk bolt util dump-logs dump-db bench train version'
