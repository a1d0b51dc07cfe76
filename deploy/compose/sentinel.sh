#!/bin/sh
# A Sentinel writes into its configuration, so it gets a fresh one. Two of three decide.
set -eu
cat >/tmp/sentinel.conf <<CONF
port 26379
dir /tmp
sentinel resolve-hostnames yes
sentinel announce-hostnames yes
sentinel monitor desk redis-1 6379 2
sentinel auth-pass desk $REDIS_PASSWORD
sentinel down-after-milliseconds desk 3000
sentinel failover-timeout desk 10000
CONF
exec valkey-server /tmp/sentinel.conf --sentinel
