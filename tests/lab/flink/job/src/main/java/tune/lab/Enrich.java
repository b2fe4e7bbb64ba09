package tune.lab;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** Counts the records of each key and spends the service time. Its metrics gt_* are the truth: its own stopwatch. */
final class Enrich extends KeyedProcessFunction<String, String, String> {
    private static final long serialVersionUID = 1;
    private final ServiceTime service;
    private final LiveSet live;
    private final NativeMemory nativeMemory;
    private transient ValueState<Long> seen;
    private transient Counter records;
    private transient Counter serviceNanos;

    Enrich(ServiceTime service, LiveSet live, NativeMemory nativeMemory) {
        this.service = service;
        this.live = live;
        this.nativeMemory = nativeMemory;
    }

    @Override
    public void open(OpenContext context) {
        seen = getRuntimeContext().getState(new ValueStateDescriptor<>("seen", Long.class));
        MetricGroup metrics = getRuntimeContext().getMetricGroup();
        records = metrics.counter("gt_records");
        serviceNanos = metrics.counter("gt_serviceNanos");
        live.open();
    }

    @Override
    public void processElement(String key, Context context, Collector<String> out) throws Exception {
        long start = System.nanoTime();
        service.spend();
        live.touch();
        nativeMemory.touch();
        Long before = seen.value();
        seen.update(before == null ? 1 : before + 1);
        records.inc();
        serviceNanos.inc(System.nanoTime() - start);
        out.collect(key);
    }
}
