package tune.lab;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.Deflater;
import org.apache.flink.api.java.utils.ParameterTool;

/** A leak outside the heap, as large as a file says, in MiB of each TaskManager: Deflaters that nobody ends. */
final class NativeMemory implements Serializable {
    private static final long serialVersionUID = 1;
    private static final long LOOK_NANOS = 1_000_000_000;
    private static final double DEFLATER_MB = 0.26; // zlib's window, hash chains and buffer
    private static final List<Deflater> LEAKED = new ArrayList<>();
    private final String file;
    private transient long looked;

    private NativeMemory(String file) {
        this.file = file;
    }

    static NativeMemory of(ParameterTool options) {
        return new NativeMemory(options.get("nativeFile", ""));
    }

    void touch() throws IOException {
        if (file.isEmpty() || System.nanoTime() - looked < LOOK_NANOS) {
            return;
        }
        looked = System.nanoTime();
        Path path = Path.of(file);
        if (Files.exists(path)) {
            leak(Double.parseDouble(Files.readString(path).strip()) / DEFLATER_MB);
        }
    }

    private static void leak(double wanted) {
        byte[] input = new byte[1 << 16];
        byte[] output = new byte[1 << 16];
        synchronized (LEAKED) {
            while (LEAKED.size() < wanted) {
                Deflater deflater = new Deflater();
                deflater.setInput(input);
                deflater.finish();
                deflater.deflate(output); // memory that was never written to is not there
                LEAKED.add(deflater);
            }
        }
    }
}
