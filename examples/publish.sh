#!/bin/sh
# Publishes a line to everyone held on a channel, with curl. The gateway must be running:
#   sh examples/publish.sh news 'it works'
# GRIP_URL says where the gateway is, if not at http://localhost:5561. The text may have no " and no \ in it.
set -eu
channel=$1
text=$2
curl -sS --fail-with-body "${GRIP_URL:-http://localhost:5561}/publish/" --data-binary @- <<END
{"items": [{"channel": "$channel", "formats": {
  "http-response": {"body": "$text\n"},
  "http-stream": {"content": "data: $text\n\n"}
}}]}
END
