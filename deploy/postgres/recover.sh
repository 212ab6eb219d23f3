#!/bin/sh
# Put a base backup in the place of the data, so that PostgreSQL starts as it was at a moment (docs/operations.md).
# usage, as PostgreSQL's user while the server is stopped: PGDATA=… sh recover.sh BASE 'MOMENT'
set -eu
base=${1:?the folder of a base backup from before the moment}
moment=${2:?the moment, such as 2026-11-27 10:00:00+01}
data=${PGDATA:?the folder with the data of PostgreSQL}
stop() { echo "$1 Nothing was changed." >&2; exit 1; }
[ -f "$base/backup_label" ] || stop "$base is not a base backup."
[ ! -e "$data/postmaster.pid" ] || stop "PostgreSQL runs, or was killed. Start it, then stop it."
[ ! -e "$data.before" ] || stop "$data.before is left from an earlier recovery. Delete it or move it away."
mv "$data" "$data.before"
cp -Rp "$base" "$data"
sed "s|^recovery_target_time = .*|recovery_target_time = '$moment'|" "$(dirname "$0")/recovery.conf" \
    >> "$data/postgresql.auto.conf"
touch "$data/recovery.signal"
