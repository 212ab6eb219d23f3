#!/bin/sh
set -eu
API="http://localhost:8000/api/v1"
: "${CRM_KEY:?Put your key into the environment: export CRM_KEY=…}"

call() {  # call PATH-OR-ADDRESS [options of curl]
  case $1 in http*) address=$1 ;; *) address=$API$1 ;; esac
  shift
  curl -sS -w '\n' --fail-with-body -H "Authorization: Bearer $CRM_KEY" "$@" "$address"
}
value() {  # value NAME: the first "NAME":"…" of what comes in (a real tool has jq)
  sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"
}

# --- first-call
call /me/

# --- lists
call "/organisations/?status=active&limit=5&fields=id,name,home_district"

# --- log-a-meeting
district=$(call /me/ | sed -n 's/.*"districts":\["\([^"]*\)".*/\1/p')
organisation=$(call "/organisations/?district=$district&limit=1&fields=id" | value id)
call /meetings/ -D meeting.headers -o meeting.json \
  -H "Content-Type: application/json" -H "Idempotency-Key: meeting-$(date +%s)-$$" -d '{
    "subject": "Opening hours of the advice desk", "kind": "phone", "status": "held",
    "starts_at": "'"$(date -u +%Y-%m-%dT%H:%M:%SZ)"'", "duration_minutes": 15, "district": "'"$district"'",
    "organisations": [{"organisation": "'"$organisation"'", "present": true}],
    "outcomes": ["information_shared"]
  }'
cat meeting.json

# --- correct
meeting=$(sed -n 's/^[Ll]ocation: *\(.*[^[:space:]]\).*/\1/p' meeting.headers)
etag=$(sed -n 's/^[Ee][Tt][Aa][Gg]: *\(.*[^[:space:]]\).*/\1/p' meeting.headers)
call "$meeting" -X PATCH -H "If-Match: $etag" -H "Content-Type: application/json" \
  -d '{"duration_minutes": 20}'

# --- batch
source=$(call /me/ | value source)
call "/organisations/batch/?atomic=false" -H "Content-Type: application/json" -d '[
  {"name": "Walkers of the old harbour", "kind": "culture_sport", "home_district": "'"$district"'",
   "external_ids": [{"source": "'"$source"'", "id": "walkers"}]},
  {"name": "Tenants of the new harbour", "kind": "housing_tenants", "home_district": "'"$district"'",
   "external_ids": [{"source": "'"$source"'", "id": "tenants"}]}
]'

# --- changes
call "/changes/?types=meetings&limit=5"

# --- errors
call "/meetings/?staus=held" || echo "refused: the answer names the parameter that was meant"

# --- limits
call /me/ -o /dev/null -D - | grep -i ratelimit
