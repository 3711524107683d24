#!/usr/bin/env python3
"""Turns a folder of recorded etcd data directories into the files beside this script.

usage: convert.py VECTORS     (a folder with damage.json and one folder a vector)
"""
import json, os, shutil, sys

src = sys.argv[1]
here = os.path.dirname(os.path.abspath(__file__))
for name in sorted(os.listdir(src)):
    base = os.path.join(src, name)
    if not os.path.isdir(base):
        continue
    out = os.path.join(here, name)
    os.makedirs(os.path.join(out, "member"), exist_ok=True)
    expected = json.load(open(os.path.join(base, "expected.json")))
    for f in expected["files"]:
        if f["storedAs"].endswith("db.gz"):
            continue
        target = os.path.join(out, f["storedAs"])
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copyfile(os.path.join(base, f["storedAs"]), target)
    with open(os.path.join(out, "records.tsv"), "w") as w:
        for line in open(os.path.join(base, "records.jsonl")):
            r = json.loads(line)
            w.write("\t".join(map(str, (r["file"], r["offset"], r["lengthWord"], r["type"], r["crc"],
                                        -1 if r["dataLen"] is None else r["dataLen"]))) + "\n")
    e = expected["expected"]
    with open(os.path.join(out, "expected.txt"), "w") as w:
        for f in expected["files"]:
            if not f["storedAs"].endswith("db.gz"):
                w.write("file %s %s %d\n" % (f["path"], f["storedAs"], f["originalSize"]))
        s = e["lastState"]
        w.write("state %d %s %d\n" % (s["term"], s["vote"], s["commit"]))
        for m in e["snapshotRecords"]:
            w.write("mark %d %d\n" % (m["index"], m["term"]))
        v = e["lastValidSnapshot"]
        w.write("valid %d %d\n" % (v["index"], v["term"]))
        w.write("entries %d %d\n" % (e["entriesFromSnapshot0"] or 0, e["entriesFromLastValidSnapshot"]))
        w.write("last %d\n" % e["lastIndex"])
        w.write("next %d %s\n" % (e["nextOffset"], e["nextCrc"]))
        w.write("gap %s\n" % str(e["gapAfterReceivedSnapshot"]).lower())

with open(os.path.join(here, "damage.txt"), "w") as w:
    for case, versions in json.load(open(os.path.join(src, "damage.json"))).items():
        for version in ("3.5.30", "3.7.1"):
            v = versions.get(version)
            if not v:
                continue
            outcome = "starts" if v["started"] else "hangs" if "hung" in str(v.get("exit")) else "refuses"
            w.write("case %s %s %s %s\n" % (case, version, v["base"], outcome))
            for op in v["apply"]:
                w.write("  %s %s %s\n" % (op["op"], op["path"], " ".join(
                    "%s=%s" % (k, x) for k, x in op.items() if k not in ("op", "path"))))
