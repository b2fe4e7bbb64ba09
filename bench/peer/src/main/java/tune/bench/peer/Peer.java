package tune.bench.peer;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.autoscaler.DelayedScaleDown;
import org.apache.flink.autoscaler.JobAutoScalerContext;
import org.apache.flink.autoscaler.JobAutoScalerImpl;
import org.apache.flink.autoscaler.ScalingExecutor;
import org.apache.flink.autoscaler.ScalingMetricEvaluator;
import org.apache.flink.autoscaler.ScalingTracking;
import org.apache.flink.autoscaler.config.AutoScalerOptions;
import org.apache.flink.autoscaler.event.AutoScalerEventHandler;
import org.apache.flink.autoscaler.metrics.CollectedMetricHistory;
import org.apache.flink.autoscaler.realizer.ScalingRealizer;
import org.apache.flink.autoscaler.state.InMemoryAutoScalerStateStore;
import org.apache.flink.autoscaler.tuning.ConfigChanges;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;

/**
 * One autoscaler with a full metric window and nothing around it: no cluster, state in memory, a realizer that applies
 * nothing, no log. Its options are the defaults, but for the window's length and the utilization boundary: by default
 * nothing is scaled up before it is 100 % busy, which the input's bottleneck is not.
 */
final class Peer {
    private final SyntheticInput input;
    private final SyntheticCollector collector;
    private final Configuration conf = new Configuration();
    private final JobAutoScalerContext<JobID> context;
    private final InMemoryAutoScalerStateStore<JobID, JobAutoScalerContext<JobID>> store =
            new InMemoryAutoScalerStateStore<>();
    private final ScalingMetricEvaluator evaluator = new ScalingMetricEvaluator();
    private final ScalingExecutor<JobID, JobAutoScalerContext<JobID>> executor;
    private final JobAutoScalerImpl<JobID, JobAutoScalerContext<JobID>> autoscaler;
    private CollectedMetricHistory window;
    private String error = "";

    Peer(int vertices, int samples) throws Exception {
        var job = new JobID(0, 1);
        input = new SyntheticInput(vertices);
        collector = new SyntheticCollector(job, vertices);
        conf.set(AutoScalerOptions.AUTOSCALER_ENABLED, true);
        // Both ends count, so that `samples` of them are one window.
        conf.set(AutoScalerOptions.METRICS_WINDOW, Duration.ofMillis((samples - 1) * SyntheticInput.STEP_MS));
        conf.set(AutoScalerOptions.TARGET_UTILIZATION_BOUNDARY, 0.2);
        context = new JobAutoScalerContext<>(
                job, job, JobStatus.RUNNING, conf, new UnregisteredMetricsGroup(), () -> null);
        var events = new Events();
        executor = new ScalingExecutor<>(events, store);
        autoscaler = new JobAutoScalerImpl<>(collector, evaluator, executor, events, new NoRealizer(), store);
        for (int i = 0; i < samples; ++i) {
            nextMinute();
            window = collector.updateMetrics(context, store);
        }
        if (!window.isFullyCollected() || window.getMetricHistory().size() != samples) {
            throw new IllegalStateException("the window holds " + window.getMetricHistory().size() + " samples");
        }
        forget();
    }

    /** Evaluates the window as it is and decides. Returns whether the job is to be changed. */
    boolean decide() throws Exception {
        var tracking = new ScalingTracking();
        var evaluated = evaluator.evaluate(conf, window, tracking.getMaxRestartTimeOrDefault(conf));
        return executor.scaleResource(context, evaluated, new HashMap<>(), tracking,
                Instant.ofEpochMilli(input.timeMs()), window.getJobTopology(), new DelayedScaleDown());
    }

    /** Moves on to the next minute's metrics, which the next tick() collects. */
    void nextMinute() throws ReflectiveOperationException {
        input.advance();
        collector.show(input);
        var clock = Clock.fixed(Instant.ofEpochMilli(input.timeMs()), ZoneOffset.UTC);
        setClock(autoscaler, clock);
        setClock(field(executor, "jobVertexScaler"), clock);
    }

    /** Collects one sample, evaluates and decides: the autoscaler's whole control loop, once. */
    void tick() throws Exception {
        autoscaler.scale(context);
        if (!error.isEmpty()) {
            throw new IllegalStateException(error);
        }
    }

    /** Forgets what was decided, so that the next decision is computed from the same state. */
    void forget() {
        store.removeScalingHistory(context);
        store.removeParallelismOverrides(context);
        store.removeConfigChanges(context);
        store.storeScalingTracking(context, new ScalingTracking());
        store.storeDelayedScaleDown(context, new DelayedScaleDown());
    }

    /** The vertices that the last decision changes, by index, and to which parallelism. */
    Map<Integer, Integer> decision() {
        var overrides = store.getParallelismOverrides(context);
        var changed = new TreeMap<Integer, Integer>();
        for (int v = 0; v < input.vertices(); ++v) {
            var parallelism = overrides.get(collector.id(v).toHexString());
            if (parallelism != null && Integer.parseInt(parallelism) != SyntheticInput.PARALLELISM) {
                changed.put(v, Integer.parseInt(parallelism));
            }
        }
        return changed;
    }

    private static Object field(Object of, String name) throws ReflectiveOperationException {
        var field = of.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(of);
    }

    private static void setClock(Object of, Clock clock) throws ReflectiveOperationException {
        var field = of.getClass().getDeclaredField("clock");
        field.setAccessible(true);
        field.set(of, clock);
    }

    /** Keeps errors, drops everything else. */
    private final class Events implements AutoScalerEventHandler<JobID, JobAutoScalerContext<JobID>> {
        @Override
        public void handleEvent(JobAutoScalerContext<JobID> job, Type type, String reason, String message, String key,
                Duration interval) {
            if (type == Type.Warning) {
                error = reason + ": " + message;
            }
        }

        @Override
        public void handleException(JobAutoScalerContext<JobID> job, String reason, Throwable cause) {
            error = reason + ": " + cause;
        }
    }

    private static final class NoRealizer implements ScalingRealizer<JobID, JobAutoScalerContext<JobID>> {
        @Override
        public void realizeParallelismOverrides(JobAutoScalerContext<JobID> job, Map<String, String> overrides) {}

        @Override
        public void realizeConfigOverrides(JobAutoScalerContext<JobID> job, ConfigChanges changes) {}
    }
}
