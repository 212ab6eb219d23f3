#!/bin/sh
# Make a base backup, as PostgreSQL's user, and delete what is older than the one before (docs/operations.md).
set -eu
cd /var/backups/proximity
rm -rf base.part
pg_basebackup --pgdata base.part --checkpoint fast --wal-method none
mv base.part "base-$(date +%Y%m%dT%H%M%S)"
ls -d base-* | head -n -2 | xargs -r rm -r
pg_archivecleanup wal "$(ls wal | grep '\.backup$' | tail -n 2 | head -n 1)"
ls -d base-* | tail -n 1
