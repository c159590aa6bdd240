# The same backend as hold-backend.mjs, with Python's standard library. Run it, then the gateway in front of it:
#   python3 examples/hold-backend.py
#   npm start -- --route '* localhost:8000'
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

POLL = {"Content-Type": "text/plain", "Grip-Hold": "response", "Grip-Channel": "news", "Grip-Timeout": "20"}
KEEP_ALIVE = r":\n\n; format=cstring; timeout=30"
EVENTS = {"Content-Type": "text/event-stream", "Grip-Hold": "stream", "Grip-Channel": "news", "Grip-Keep-Alive": KEEP_ALIVE}
HOLDS = {"/poll": (POLL, b"nothing new\n"), "/events": (EVENTS, b": welcome\n\n")}


class Backend(BaseHTTPRequestHandler):
    def do_GET(self):
        headers, body = HOLDS.get(self.path, ({}, b""))
        self.send_response(200 if headers else 404)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


ThreadingHTTPServer(("", int(os.environ.get("PORT", "8000"))), Backend).serve_forever()
