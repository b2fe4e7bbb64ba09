package tune.lab;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.utils.ParameterTool;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * source -> rebalance -> parse -> keyBy -> enrich -> rebalance -> format, sink: four vertices, 120 key groups. What a
 * record costs in enrich, and what it leaves in the heap, is set by arguments:
 *
 * <pre>
 * --rate 500            records a second, over all subtasks of the source
 * --skew 0.0            share of the records that have the one hot key
 * --keys 2000           number of other keys
 * --parallelism         of every vertex, else the configuration's; --sourceParallelism and --enrichParallelism for one
 * --serviceMs 1.0       time a record takes in enrich
 * --service sleep       or spin: that much time on the processor, waiting for one does not count
 * --liveMb 0            heap that all subtasks of a TaskManager retain together
 * --fillSeconds 0       how long it takes to get full; 0 fills it before the first record, like restored state
 * --objectBytes 1024    size of the arrays it is made of
 * --replaceKb 0         of it replaced by every record, at random places: what gets old and dies there
 * --garbageKb 0         allocated and dropped at once by every record
 * --nativeFile          a file that says how many MiB each TaskManager takes outside the heap; looked at every second
 * --checkpointMs 10000  0 turns checkpoints off
 * </pre>
 */
public final class LoadJob {
    private LoadJob() {}

    public static void main(String[] args) throws Exception {
        ParameterTool options = ParameterTool.fromArgs(args);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        int parallelism = options.getInt("parallelism", env.getParallelism());
        int enrichParallelism = options.getInt("enrichParallelism", parallelism);
        env.setMaxParallelism(120);
        env.setParallelism(parallelism);
        if (options.getLong("checkpointMs", 10_000) > 0) {
            env.enableCheckpointing(options.getLong("checkpointMs", 10_000));
        }
        var source = new DataGeneratorSource<>(
                new Records(options.getDouble("skew", 0), options.getInt("keys", 2000)),
                Long.MAX_VALUE,
                new SteadyRate(options.getDouble("rate", 500)),
                Types.STRING);
        env.fromSource(source, WatermarkStrategy.noWatermarks(), "datagen")
                .setParallelism(options.getInt("sourceParallelism", parallelism))
                .rebalance()
                .map(record -> record.substring(0, record.indexOf('|')))
                .name("parse")
                .keyBy(key -> key)
                .process(new Enrich(
                        ServiceTime.of(options), LiveSet.of(options, enrichParallelism), NativeMemory.of(options)))
                .setParallelism(enrichParallelism)
                .name("enrich")
                .rebalance()
                .map(key -> key)
                .name("format")
                .sinkTo(new DiscardingSink<>())
                .name("sink");
        env.execute(options.get("name", "load-job"));
    }
}
