#!/bin/sh
# The command r58, for the service that install-service set up.
export R58_DATA="${R58_DATA:-/var/lib/r58}"
exec /usr/bin/node /opt/r58/dist/service/cli/r58.js "$@"
