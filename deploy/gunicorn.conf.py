"""gunicorn for the web containers. Open this to change how many requests are served at once."""

import os

wsgi_app = "service.web.wsgi:app"
bind = f"0.0.0.0:{os.environ.get('CHENGXU_PORT', '8000')}"

# Threads, because a request mostly waits for the database; each holds one connection while it runs.
worker_class = "gthread"
workers = int(os.environ.get("CHENGXU_WEB_PROCESSES", "2"))
threads = int(os.environ.get("CHENGXU_WEB_THREADS", "8"))

# An upload of the largest size over a slow line takes longer than gunicorn's usual 30 s.
timeout = 120
# Longer than the proxy keeps an idle connection, so that it never sends into a closed one.
keepalive = 75
graceful_timeout = 30

# The proxy is the only one that can reach this port, and says who the client is.
forwarded_allow_ips = "*"
accesslog = "-"
errorlog = "-"
# Heartbeats of idle processes must not wait for a disk.
worker_tmp_dir = "/dev/shm"
