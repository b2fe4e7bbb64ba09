package tune.bench.peer;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.autoscaler.JobAutoScalerContext;
import org.apache.flink.autoscaler.ScalingMetricCollector;
import org.apache.flink.autoscaler.metrics.FlinkMetric;
import org.apache.flink.autoscaler.topology.IOMetrics;
import org.apache.flink.autoscaler.topology.JobTopology;
import org.apache.flink.autoscaler.topology.ShipStrategy;
import org.apache.flink.autoscaler.topology.VertexInfo;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.runtime.jobgraph.JobVertexID;
import org.apache.flink.runtime.rest.messages.JobPlanInfo;
import org.apache.flink.runtime.rest.messages.job.JobDetailsInfo;
import org.apache.flink.runtime.rest.messages.job.metrics.AggregatedMetric;
import org.apache.flink.runtime.rest.messages.job.metrics.Metric;

/** Answers the autoscaler's queries from the synthetic input instead of a cluster's REST API. */
final class SyntheticCollector extends ScalingMetricCollector<JobID, JobAutoScalerContext<JobID>> {
    private final JobID job;
    private final JobVertexID[] ids;
    private final JobTopology topology;
    private Map<JobVertexID, Map<FlinkMetric, AggregatedMetric>> metrics = Map.of();

    SyntheticCollector(JobID job, int vertices) {
        this.job = job;
        ids = new JobVertexID[vertices];
        var infos = new VertexInfo[vertices];
        for (int v = 0; v < vertices; ++v) {
            ids[v] = new JobVertexID(0, v + 1);
            Map<JobVertexID, ShipStrategy> inputs = v == 0
                    ? Map.of()
                    : Map.of(ids[v - 1], SyntheticInput.hashed(v) ? ShipStrategy.HASH : ShipStrategy.REBALANCE);
            infos[v] = new VertexInfo(
                    ids[v], inputs, SyntheticInput.PARALLELISM, SyntheticInput.MAX_PARALLELISM, new IOMetrics(0, 0, 0));
        }
        topology = new JobTopology(infos);
    }

    JobVertexID id(int vertex) {
        return ids[vertex];
    }

    /** Makes the input's current step what the next queries answer. */
    void show(SyntheticInput input) {
        setClock(Clock.fixed(Instant.ofEpochMilli(input.timeMs()), java.time.ZoneOffset.UTC));
        metrics = new HashMap<>();
        for (int v = 0; v < ids.length; ++v) {
            topology.get(ids[v])
                    .setIoMetrics(new IOMetrics(input.recordsIn(v), input.recordsOut(v), input.busyMs(v)));
            var of = new HashMap<FlinkMetric, AggregatedMetric>();
            put(of, FlinkMetric.BUSY_TIME_PER_SEC, input.busyRate(v));
            if (v == 0) {
                double perSubtask = 1.0 / SyntheticInput.PARALLELISM;
                put(of, FlinkMetric.SOURCE_TASK_NUM_RECORDS_IN, input.sourceRecords() * perSubtask);
                put(of, FlinkMetric.SOURCE_TASK_NUM_RECORDS_IN_PER_SEC, input.sourceRate() * perSubtask);
                put(of, FlinkMetric.SOURCE_TASK_NUM_RECORDS_OUT, input.recordsOut(v) * perSubtask);
                put(of, FlinkMetric.PENDING_RECORDS, input.pendingRecords() * perSubtask);
                put(of, FlinkMetric.BACKPRESSURE_TIME_PER_SEC, input.backPressuredRate(v));
            }
            metrics.put(ids[v], of);
        }
    }

    /** All subtasks alike: smallest, largest and mean are one value. */
    private static void put(Map<FlinkMetric, AggregatedMetric> of, FlinkMetric metric, double perSubtask) {
        double sum = perSubtask * SyntheticInput.PARALLELISM;
        of.put(metric, new AggregatedMetric(metric.name(), perSubtask, perSubtask, perSubtask, sum, 0.0));
    }

    @Override
    public JobDetailsInfo getJobDetailsInfo(JobAutoScalerContext<JobID> context, Duration timeout) {
        return new JobDetailsInfo(job, "bench", false, JobStatus.RUNNING, 0, -1, 0, SyntheticInput.MAX_PARALLELISM, 0,
                Map.of(), List.of(), Map.of(), new JobPlanInfo.RawJson(""));
    }

    /** An hour before the first sample, so that no sample falls into the stabilization interval. */
    @Override
    protected Instant getJobRunningTs(JobDetailsInfo details) {
        return Instant.ofEpochMilli(SyntheticInput.START_MS).minus(Duration.ofHours(1));
    }

    @Override
    protected JobTopology getJobTopology(JobDetailsInfo details) {
        return topology;
    }

    @Override
    protected Collection<String> queryAggregatedMetricNames(RestClusterClient<?> client, JobID id, JobVertexID vertex) {
        return List.of();
    }

    @Override
    protected Map<JobVertexID, Map<String, FlinkMetric>> queryFilteredMetricNames(
            JobAutoScalerContext<JobID> context, JobTopology jobTopology) {
        return Map.of();
    }

    @Override
    protected Map<JobVertexID, Map<FlinkMetric, AggregatedMetric>> queryAllAggregatedMetrics(
            JobAutoScalerContext<JobID> context, Map<JobVertexID, Map<String, FlinkMetric>> names) {
        return metrics;
    }

    @Override
    protected Map<FlinkMetric, Metric> queryJmMetrics(JobAutoScalerContext<JobID> context) {
        return Map.of();
    }

    @Override
    protected Map<FlinkMetric, AggregatedMetric> queryTmMetrics(JobAutoScalerContext<JobID> context) {
        return Map.of();
    }
}
