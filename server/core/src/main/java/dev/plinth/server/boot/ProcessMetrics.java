package dev.plinth.server.boot;

import dev.plinth.server.metrics.Gauge;
import dev.plinth.server.metrics.Labeled;
import dev.plinth.server.metrics.Metrics;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * What the kernel and the virtual machine tell about the process, read when somebody looks. The
 * names are those of Go's programs where they mean the same; {@code go_} ones are not here, the
 * virtual machine's begin with {@code jvm_}.
 */
final class ProcessMetrics {
    private static final Path SELF = Path.of("/proc/self");
    private static final int PAGE_BYTES = 4096;
    private static final double CLOCK_TICKS_PER_SECOND = 100;
    private static final double MILLIS = 1000;

    /** Fields of {@code /proc/self/stat} behind the command's closing parenthesis. */
    private static final int USER_TICKS = 11;

    private static final int SYSTEM_TICKS = 12;
    private static final int VIRTUAL_BYTES = 20;
    private static final int RESIDENT_PAGES = 21;

    private static final int RECEIVED_BYTES = 1;
    private static final int SENT_BYTES = 9;

    private ProcessMetrics() {}

    static void register(Metrics metrics) {
        metrics.counter(
                "process_cpu_seconds_total",
                "Total user and system CPU time spent in seconds.",
                () -> (stat(USER_TICKS) + stat(SYSTEM_TICKS)) / CLOCK_TICKS_PER_SECOND);
        metrics.gauge(
                "process_resident_memory_bytes",
                "Resident memory size in bytes.",
                () -> stat(RESIDENT_PAGES) * PAGE_BYTES);
        metrics.gauge(
                "process_virtual_memory_bytes",
                "Virtual memory size in bytes.",
                () -> stat(VIRTUAL_BYTES));
        metrics.gauge(
                "process_virtual_memory_max_bytes",
                "Maximum amount of virtual memory available in bytes.",
                () -> limit("Max address space"));
        metrics.gauge(
                "process_start_time_seconds",
                "Start time of the process since unix epoch in seconds.",
                () -> ManagementFactory.getRuntimeMXBean().getStartTime() / MILLIS);
        for (String name : List.of("process_open_fds", "os_fd_used")) {
            metrics.gauge(name, "Number of open file descriptors.", ProcessMetrics::openFiles);
        }
        for (String name : List.of("process_max_fds", "os_fd_limit")) {
            metrics.gauge(
                    name,
                    "Maximum number of open file descriptors.",
                    () -> limit("Max open files"));
        }
        metrics.counter(
                "process_network_receive_bytes_total",
                "Number of bytes received by the process over the network.",
                () -> network(RECEIVED_BYTES));
        metrics.counter(
                "process_network_transmit_bytes_total",
                "Number of bytes sent by the process over the network.",
                () -> network(SENT_BYTES));
        virtualMachine(metrics);
    }

    private static void virtualMachine(Metrics metrics) {
        Labeled<Gauge> version =
                metrics.gauges(
                        "jvm_info", "1; which virtual machine runs this.", "version", "vendor");
        version.with(Runtime.version().toString(), System.getProperty("java.vm.vendor", "")).set(1);
        memory(metrics, "used", MemoryUsage::getUsed);
        memory(metrics, "committed", MemoryUsage::getCommitted);
        memory(metrics, "max", MemoryUsage::getMax);
        metrics.gauge(
                "jvm_threads_current",
                "Platform threads.",
                () -> ManagementFactory.getThreadMXBean().getThreadCount());
        metrics.counter(
                "jvm_gc_collections_total",
                "Collections since the start.",
                () -> collectors(GarbageCollectorMXBean::getCollectionCount));
        metrics.counter(
                "jvm_gc_seconds_total",
                "Time that collections took.",
                () -> collectors(GarbageCollectorMXBean::getCollectionTime) / MILLIS);
    }

    private static void memory(Metrics metrics, String kind, ToDoubleFunction<MemoryUsage> of) {
        metrics.gauge(
                "jvm_memory_heap_" + kind + "_bytes",
                "Heap of the virtual machine.",
                () -> of.applyAsDouble(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage()));
    }

    private static double collectors(ToDoubleFunction<GarbageCollectorMXBean> of) {
        double sum = 0;
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            sum += of.applyAsDouble(collector);
        }
        return sum;
    }

    private static String text(String name) {
        try {
            return Files.readString(SELF.resolve(name), StandardCharsets.UTF_8);
        } catch (IOException _) {
            return "";
        }
    }

    private static double stat(int field) {
        String stat = text("stat");
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
        return fields.length > field ? Double.parseDouble(fields[field]) : 0;
    }

    private static double openFiles() {
        try (Stream<Path> open = Files.list(SELF.resolve("fd"))) {
            return open.count();
        } catch (IOException _) {
            return 0;
        }
    }

    private static double limit(String name) {
        for (String line : text("limits").split("\n", -1)) {
            if (line.startsWith(name)) {
                String[] words = line.substring(name.length()).strip().split("\\s+");
                return words[0].equals("unlimited") ? 0x1p64 : Double.parseDouble(words[0]);
            }
        }
        return 0;
    }

    /** Of the network name space, all interfaces but the loopback, as Go's library counts. */
    private static double network(int column) {
        double sum = 0;
        for (String line : text("net/dev").split("\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0 && !line.substring(0, colon).strip().equals("lo")) {
                String[] numbers = line.substring(colon + 1).strip().split("\\s+");
                sum += numbers.length >= column ? Double.parseDouble(numbers[column - 1]) : 0;
            }
        }
        return sum;
    }
}
