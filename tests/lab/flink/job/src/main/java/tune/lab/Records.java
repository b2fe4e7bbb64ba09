package tune.lab;

import java.util.SplittableRandom;
import org.apache.flink.connector.datagen.source.GeneratorFunction;

/** Records "key|payload". A share of them has the key "hot", the others are even over the other keys. */
final class Records implements GeneratorFunction<Long, String> {
    private static final long serialVersionUID = 1;
    private final double skew;
    private final int keys;
    private transient SplittableRandom random;

    Records(double skew, int keys) {
        this.skew = skew;
        this.keys = keys;
    }

    @Override
    public String map(Long index) {
        if (random == null) {
            random = new SplittableRandom(index);
        }
        String key = random.nextDouble() < skew ? "hot" : "k" + random.nextInt(keys);
        return key + "|" + Long.toHexString(random.nextLong()) + Long.toHexString(random.nextLong());
    }
}
