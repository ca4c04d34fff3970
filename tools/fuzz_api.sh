#!/usr/bin/env bash
# fuzz_api.sh SOAPSTONE SCHEMATHESIS [EXAMPLES]: starts SOAPSTONE on a folder of its own, and sends it what its OpenAPI document
# allows, and what it does not, as a clinician, an administrator and a system. Any answer of 500 or more, and any that the
# document does not name, is a fault.
set -euo pipefail
soapstone=$(realpath "$1") schemathesis=$(realpath -s "$2") examples=${3:-30}

folder=$(mktemp -d)
trap 'kill "$service" 2>/dev/null || true; wait; rm -rf "$folder"' EXIT
service=
# Schemathesis keeps a folder of its own where it is run.
cd "$folder"
cat > "$folder/soapstone.toml" <<CONFIG
[paths]
state = "$folder/state"
[server]
listen = "127.0.0.1:0"
[limits]
address_per_s = 1000000
caller_per_s = 1000000
segments_per_s = 1000000
CONFIG
run() { "$soapstone" --config "$folder/soapstone.toml" "$@"; }

scopes=()
for scope in $(run token create --help | grep -Eo '[a-z]+:[a-z]+' | sort -u); do scopes+=(--scope "$scope"); done
for role in clinician admin system; do
    run user add "$role" --name "The $role" --role "$role" --no-password > "$folder/$role.id"
    run token create "$role" --label fuzz "${scopes[@]}" > "$folder/$role.token"
done

"$soapstone" --config "$folder/soapstone.toml" serve 2> "$folder/log" &
service=$!
until url=$(sed -n 's/.*listening at \([^,]*\),.*/\1/p' "$folder/log") && [ -n "$url" ]; do sleep 0.1; done

# A visit of the clinician's with consent, which half of the requests are about.
clinician=$(cat "$folder/clinician.token")
ask() { curl -sSf -H "Authorization: Bearer $clinician" -H 'Content-Type: application/json' "http://$url/api/v1$@"; }
visit=$(ask /encounters -d '{"patient":{"name":"Jane Roe"}}' | sed 's/.*"id":"\([^"]*\)".*/\1/')
ask "/encounters/$visit/consent" -X PUT -d '{"rule":"all_party","given_by":"patient","method":"verbal","wording":"1"}' > /dev/null
printf '[parameters]\n"path.id" = "%s"\n' "$visit" > "$folder/one-visit.toml"
: > "$folder/any-visit.toml"

faults=0
for role in clinician admin system; do
    for config in one-visit any-visit; do
        echo "== $role, $config"
        # Streams have no end, and an erased visit no use.
        "$schemathesis" --config-file "$folder/$config.toml" run "http://$url/api/v1/openapi.json" --url "http://$url" \
            --header "Authorization: Bearer $(cat "$folder/$role.token")" --max-examples "$examples" --seed 5 \
            --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,response_headers_conformance \
            --exclude-path-regex '/(events|orders)$' --exclude-operation-id consent_withdraw --continue-on-failure || faults=1
    done
done
# A job that fails on made-up sound is none of the API's faults.
grep 'internal fault\|a request failed' "$folder/log" && faults=1
exit $faults
