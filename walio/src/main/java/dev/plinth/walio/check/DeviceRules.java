package dev.plinth.walio.check;

import java.util.Locale;

/** What to say of the chain of block devices. */
final class DeviceRules {
    private final Findings findings;

    DeviceRules(Findings findings) {
        this.findings = findings;
    }

    /** Rules of the outermost device, then of each below it. */
    void apply(BlockDevice outermost) {
        cache(outermost);
        if (outermost.alignmentOffsetBytes() != 0) {
            findings.info(
                    "misaligned",
                    outermost.name()
                            + " starts "
                            + outermost.alignmentOffsetBytes()
                            + " bytes off a physical block",
                    "Each block written costs the device a read and two writes.",
                    "Move the partition to a multiple of 1 MiB.");
        }
        chain(outermost);
    }

    private void cache(BlockDevice device) {
        if (device.cache() == BlockDevice.WriteCache.VOLATILE && !device.forceUnitAccess()) {
            findings.info(
                    "no-fua",
                    device.name() + " has a volatile cache and no FUA writes",
                    "Each commit is a write and a flush, two commands one after the other, and"
                            + " the flush covers other writers' data too.",
                    "None needed; a disk with power-loss protection commits several times"
                            + " faster.");
        }
    }

    private void chain(BlockDevice device) {
        kind(device);
        model(device);
        if (device.thin()) {
            findings.warning(
                    "thin-provisioning",
                    device.name() + " allocates on first write",
                    "A full pool fails writes on a file system that still shows free space,"
                            + " and ends the member; zero-filling ahead may not allocate.",
                    "Use a fully allocated volume, or watch the pool.");
        }
        if (device.scheduler().equals("bfq")) {
            findings.info(
                    "scheduler-bfq",
                    device.disk() + " is scheduled by bfq",
                    "It trades latency of one writer for fairness among many.",
                    "echo none (NVMe) or mq-deadline into /sys/block/"
                            + device.disk()
                            + "/queue/scheduler.");
        }
        if (device.rotational() && !device.isVirtual() && device.lower().isEmpty()) {
            findings.info(
                    "rotational",
                    device.disk() + " is a rotating disk by what the kernel knows",
                    "A commit takes a turn of the platter, several milliseconds; log and"
                            + " database on one such disk seek against each other.",
                    "Use an SSD, or give the log a disk of its own (--wal-dir).");
        }
        device.lower().forEach(this::chain);
    }

    private void kind(BlockDevice device) {
        if (device.isNamed("loop")) {
            findings.info(
                    "loop-device",
                    device.name()
                            + device.backingFile().map(f -> " lies in the file " + f).orElse("")
                            + (device.loopDirect() ? "" : ", buffered"),
                    "Each sync goes through two file systems.",
                    "Use a block device; if it must be a loop device, losetup"
                            + " --direct-io=on.");
        } else if (device.isNamed("ram") || device.isNamed("zram")) {
            findings.error(
                    "memory-device",
                    device.name() + " keeps its blocks in memory",
                    "All data of this member is gone when the machine goes.",
                    "Use it for tests only.");
        } else if (device.isNamed("nbd") || device.isNamed("rbd") || device.isNamed("drbd")) {
            network(device, "");
        } else if (device.sysPath().contains("/session") && device.sysPath().contains("/target")) {
            network(device, " (iSCSI)");
        } else if (device.mapperUuid().startsWith("CRYPT-")) {
            findings.info(
                    "encrypted-device",
                    device.name() + " is encrypted by dm-crypt",
                    "Each write is handed to worker threads by default: some 10 to 100 µs per"
                            + " commit.",
                    "cryptsetup refresh --perf-no_write_workqueue --perf-no_read_workqueue"
                            + " --persistent on the device (kernel 5.9).");
        }
    }

    private void network(BlockDevice device, String how) {
        findings.info(
                "network-block-device",
                device.name() + " is reached over a network" + how,
                "A commit waits for the network and for the other side's cache policy: 0.5 to"
                        + " 10 ms, with a long tail.",
                "Measure it with `plinth disk bench`; prefer a local disk.");
    }

    /** What the model's name gives away about disks of the large clouds. */
    private void model(BlockDevice device) {
        String model = device.model().toLowerCase(Locale.ROOT);
        boolean ephemeral =
                model.contains("instance storage")
                        || model.equals("nvme_card")
                        || model.contains("nvme direct disk");
        boolean volume =
                model.contains("elastic block store")
                        || model.equals("nvme_card-pd")
                        || model.equals("persistentdisk")
                        || model.contains("nvme accelerator");
        if (ephemeral) {
            findings.warning(
                    "ephemeral-disk",
                    device.disk() + " is a cloud machine's local disk (" + device.model() + ")",
                    "It is fast, and it is gone when the machine is stopped or moved.",
                    "Fine if a lost member is replaced at once and the others are elsewhere;"
                            + " take backups.");
        } else if (volume) {
            findings.info(
                    "cloud-volume",
                    device.disk() + " is a volume of a cloud (" + device.model() + ")",
                    "A commit waits for the network; rate limits and burst credits show as"
                            + " tail latency.",
                    "Choose a volume type with provisioned rate; measure with"
                            + " `plinth disk bench --seconds 600`.");
        }
    }
}
