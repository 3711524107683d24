#!/usr/bin/env python3
"""Drives two nodes of Patroni's etcd3 store against a member: .ci/patroni-nodes.py HOST:PORT.

Exits with 0 when leadership, its loss, the configuration and the members are seen as Patroni needs them. Patroni's
modules are looked for as Python does; .ci/patroni fetches them.
"""
import json
import sys
import threading
import time

from patroni.dcs import get_dcs

TTL_SECONDS = 30


def node(name, endpoint):
    return get_dcs({
        "etcd3": {"hosts": [endpoint]}, "scope": "main", "namespace": "/service/", "name": name,
        "ttl": TTL_SECONDS, "loop_wait": 10, "retry_timeout": 10})


def check(what, holds):
    print(f"{'ok  ' if holds else 'FAIL'} {what}")
    if not holds:
        sys.exit(1)


def seen_by(one, what, holds):
    """A node sees the cluster through a watch of its own, so a little later than the writer."""
    deadline = time.monotonic() + TTL_SECONDS
    cluster = one.get_cluster()
    while not holds(cluster) and time.monotonic() < deadline:
        time.sleep(0.02)
        cluster = one.get_cluster()
    check(what, holds(cluster))
    return cluster


def leads(name):
    return lambda cluster: cluster.leader is not None and cluster.leader.name == name


def main():
    a, b = node("a", sys.argv[1]), node("b", sys.argv[1])
    a.delete_cluster()
    check("the first node initializes", a.initialize(create_new=True, sysid=""))
    check("the second does not", not b.initialize(create_new=True, sysid=""))
    check("the system's id is set", a.initialize(create_new=False, sysid="4711"))
    for one in (a, b):
        check("a node tells of itself", one.touch_member({"conn_url": "postgres://h/p", "state": "running"}))
    check("one node becomes the leader", a.attempt_to_acquire_leader())
    check("the other does not", not b.attempt_to_acquire_leader())
    check("the configuration is set", a.set_config_value(json.dumps({"ttl": TTL_SECONDS})))
    check("the leader renews", a.update_leader(100, {"slot": 1}))
    seen_by(b, "and how far it has written is seen", lambda cluster: cluster.last_lsn == 100)
    seen = seen_by(b, "the other sees the leader", leads("a"))
    check("and both members", sorted(member.name for member in seen.members) == ["a", "b"])
    check("and the configuration", seen.config.data == {"ttl": TTL_SECONDS})
    check("and the id", seen.initialize == "4711")
    seen_by(a, "the leader sees itself", leads("a"))

    woken = {}

    def wait():
        started = time.monotonic()
        b.watch(seen.leader.index, TTL_SECONDS)
        woken["after"] = time.monotonic() - started

    waiter = threading.Thread(target=wait)
    waiter.start()
    check("the leader steps down", a.delete_leader())
    waiter.join()
    check("which wakes the other", woken["after"] < TTL_SECONDS)
    check("who becomes the leader", b.attempt_to_acquire_leader())
    seen_by(a, "and is seen by the first", leads("b"))
    check("a failover is asked for", a.manual_failover("b", "a"))
    seen_by(b, "and seen", lambda cluster: cluster.failover is not None and cluster.failover.candidate == "a")
    check("a stale change is refused", not a.set_config_value("{}", index=1))
    check("everything is removed", a.delete_cluster())
    seen_by(a, "and nothing is left", lambda cluster: not cluster.initialize and not cluster.members)
    print("patroni: all seen")


if __name__ == "__main__":
    main()
    # The nodes' watchers are daemons that never end.
    sys.stdout.flush()
