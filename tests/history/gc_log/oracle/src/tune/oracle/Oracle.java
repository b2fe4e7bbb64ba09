package tune.oracle;

import com.microsoft.gctoolkit.GCToolKit;
import com.microsoft.gctoolkit.aggregator.Aggregates;
import com.microsoft.gctoolkit.aggregator.Aggregation;
import com.microsoft.gctoolkit.aggregator.Aggregator;
import com.microsoft.gctoolkit.aggregator.Collates;
import com.microsoft.gctoolkit.aggregator.EventSource;
import com.microsoft.gctoolkit.event.MemoryPoolSummary;
import com.microsoft.gctoolkit.event.GCEvent;
import com.microsoft.gctoolkit.event.g1gc.G1FullGC;
import com.microsoft.gctoolkit.event.g1gc.G1GCPauseEvent;
import com.microsoft.gctoolkit.event.generational.FullGC;
import com.microsoft.gctoolkit.event.generational.GenerationalGCPauseEvent;
import com.microsoft.gctoolkit.io.SingleGCLogFile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;

/**
 * Prints what gctoolkit reads in the logs given, a line for each full collection:
 *
 * <pre>start s, pause s, cause, heap before KiB, heap after KiB, old before KiB, old after KiB</pre>
 *
 * tab-separated, "-" where it tells nothing. A line "# FILE COLLECTIONS" goes before those of a file.
 */
public final class Oracle {
  private Oracle() {}

  @Collates(Collector.class)
  public static class Events extends Aggregation {
    private final StringBuilder lines = new StringBuilder();
    private int collections;

    void add(GCEvent event, MemoryPoolSummary heap, MemoryPoolSummary old, boolean full) {
      ++collections;
      if (!full) {
        return;
      }
      lines.append(String.format(java.util.Locale.ROOT, "%.4f\t%.7f\t%s\t%s\t%s%n",
          event.getDateTimeStamp().getTimeStamp(), event.getDuration(), event.getGCCause().getLabel(), change(heap),
          change(old)));
    }

    private static String change(MemoryPoolSummary pool) {
      return pool == null || !pool.isValid()
          ? "-\t-"
          : pool.getOccupancyBeforeCollection() + "\t" + pool.getOccupancyAfterCollection();
    }

    @Override
    public boolean hasWarning() {
      return false;
    }

    @Override
    public boolean isEmpty() {
      return collections == 0;
    }
  }

  @Aggregates({EventSource.GENERATIONAL, EventSource.G1GC, EventSource.ZGC, EventSource.SHENANDOAH})
  public static class Collector extends Aggregator<Events> {
    public Collector(Events events) {
      super(events);
      register(GenerationalGCPauseEvent.class,
          e -> events.add(e, e.getHeap(), e.getTenured(), e instanceof FullGC));
      register(G1GCPauseEvent.class, e -> events.add(e, e.getHeap(), e.getTenured(), e instanceof G1FullGC));
    }
  }

  /** Prints the lines of each file in the arguments. */
  public static void main(String[] files) throws IOException {
    PrintStream out = new PrintStream(System.out, true, "UTF-8");
    for (String file : files) {
      Events events = new Events();
      GCToolKit toolKit = new GCToolKit();
      toolKit.loadAggregation(events);
      toolKit.analyze(new SingleGCLogFile(Path.of(file)));
      out.println("# " + file + "\t" + events.collections);
      out.print(events.lines);
    }
    out.flush();
    System.exit(0); // its event bus has threads of its own
  }
}
