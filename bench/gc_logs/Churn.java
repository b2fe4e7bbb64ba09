import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A program whose collections are counted by its own JVM: Churn LIVE_MB SECONDS LARGE_KB [talk]. It keeps LIVE_MB alive,
 * throws the rest away, with objects of LARGE_KB among it unless 0, calls System.gc() at the end and prints what the
 * JVM's beans counted: "collector=count/ms … after=bytes of the heap in use behind the last collection".
 */
public class Churn {
  static volatile Object sink;

  public static void main(String[] args) {
    int liveMb = Integer.parseInt(args[0]);
    double seconds = Double.parseDouble(args[1]);
    int largeKb = Integer.parseInt(args[2]);
    boolean talk = args.length > 3;
    Random random = new Random(1);
    List<byte[]> live = new ArrayList<>();
    for (int i = 0; i < liveMb * 128; i++) live.add(new byte[8192 - 16]);
    ArrayDeque<byte[]> gettingOld = new ArrayDeque<>();
    long start = System.nanoTime();
    for (long round = 1; System.nanoTime() - start < seconds * 1e9; round++) {
      for (int i = 0; i < 2000; i++) {
        byte[] garbage = new byte[1000 + random.nextInt(2000)];
        sink = garbage;
        if (i % 20 == 0) gettingOld.add(garbage);
        if (gettingOld.size() > 4000) gettingOld.poll();
        if (i % 50 == 0) live.set(random.nextInt(live.size()), new byte[8192 - 16]);
      }
      if (largeKb > 0 && round % 20 == 0) sink = new byte[largeKb << 10];
      if (talk && round % 5 == 0) System.out.println("[INFO] round " + round + ": GC(1) Pause Full of a record 3M->2M(4M)");
      if (talk && round % 9 == 0) System.out.print("[0.1s] a line without an end ");
    }
    System.gc();
    printBeans();
    sink = live;
  }

  static void printBeans() {
    StringBuilder beans = new StringBuilder();
    for (GarbageCollectorMXBean bean : ManagementFactory.getGarbageCollectorMXBeans()) {
      beans.append(bean.getName().replace(' ', '_')).append('=').append(bean.getCollectionCount()).append('/')
          .append(bean.getCollectionTime()).append(' ');
    }
    long after = 0;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      if (pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null) after += pool.getCollectionUsage().getUsed();
    }
    System.err.println(beans + "after=" + after);
  }
}
