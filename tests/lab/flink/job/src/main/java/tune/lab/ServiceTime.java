package tune.lab;

import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.java.utils.ParameterTool;

/**
 * The time a record takes. Sleeping, its mean is kept in spite of the timer's slack, and capacity does not depend on
 * the machine. Spinning, it is time the thread spends on a processor, so that a CPU limit makes it longer on the clock.
 */
final class ServiceTime implements Serializable {
    private static final long serialVersionUID = 1;
    private static final long MOST_CARRIED_NANOS = 5_000_000;
    private final long nanos;
    private final boolean spin;
    private transient ThreadMXBean threads;
    private transient long carried;
    private transient long mixed;

    private ServiceTime(long nanos, boolean spin) {
        this.nanos = nanos;
        this.spin = spin;
    }

    static ServiceTime of(ParameterTool options) {
        String kind = options.get("service", "sleep");
        if (!kind.equals("sleep") && !kind.equals("spin")) {
            throw new IllegalArgumentException("--service " + kind + "; allowed: sleep, spin");
        }
        return new ServiceTime((long) (options.getDouble("serviceMs", 1) * 1e6), kind.equals("spin"));
    }

    void spend() {
        if (spin) {
            spin();
        } else if (nanos > 0) {
            sleep();
        }
    }

    private void sleep() {
        long start = System.nanoTime();
        if (nanos > carried) {
            LockSupport.parkNanos(nanos - carried);
        }
        carried += System.nanoTime() - start - nanos;
        carried = Math.max(-MOST_CARRIED_NANOS, Math.min(MOST_CARRIED_NANOS, carried));
    }

    private void spin() {
        if (threads == null) {
            threads = ManagementFactory.getThreadMXBean();
        }
        long end = threads.getCurrentThreadCpuTime() + nanos;
        while (threads.getCurrentThreadCpuTime() < end) {
            for (int i = 0; i < 10_000; ++i) {
                mixed = mixed * 6364136223846793005L + 1442695040888963407L;
            }
        }
    }
}
