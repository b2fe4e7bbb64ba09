package tune.lab;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiter;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;

/** A rate over all subtasks. What was missed is made up for, but at most one second of it. */
final class SteadyRate implements RateLimiterStrategy {
    private static final long serialVersionUID = 1;
    private final double recordsPerSecond;

    SteadyRate(double recordsPerSecond) {
        this.recordsPerSecond = recordsPerSecond;
    }

    @Override
    public RateLimiter createRateLimiter(int parallelism) {
        return new Limiter(recordsPerSecond / parallelism);
    }

    private static final class Limiter implements RateLimiter {
        private final double perNano;
        private double credit;
        private long last = System.nanoTime();

        Limiter(double recordsPerSecond) {
            perNano = recordsPerSecond / 1e9;
        }

        @Override
        public CompletionStage<Void> acquire() {
            long now = System.nanoTime();
            credit = Math.min(1e9 * perNano + 1, credit + (now - last) * perNano) - 1;
            last = now;
            if (credit >= 0) {
                return CompletableFuture.completedFuture(null);
            }
            long wait = (long) Math.ceil(-credit / perNano);
            return new CompletableFuture<Void>().completeOnTimeout(null, wait, TimeUnit.NANOSECONDS);
        }
    }
}
