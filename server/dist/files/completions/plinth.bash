# Completion of the launcher's commands for bash; etcdctl.bash and etcdutl.bash complete the tools' own names.
complete -W 'server ctl cluster disk bolt util dump-logs dump-db bench train version --help --version' plinth
