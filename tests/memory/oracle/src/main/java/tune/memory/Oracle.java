package tune.memory;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessSpec;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;
import org.apache.flink.runtime.jobmanager.JobManagerProcessSpec;
import org.apache.flink.runtime.jobmanager.JobManagerProcessUtils;
import org.apache.flink.runtime.util.config.memory.ProcessMemoryUtils;

/**
 * Answers each line of a file with a line of another. Words are separated by tabs; \t, \n, \r and \\ in them stand for
 * themselves. What Flink refuses is answered by "invalid" and its reason.
 *
 * <pre>
 * tm|jm  native|standalone  key  value  key  value ...   the components in bytes, and the JVM's arguments
 * operator  resource.memory                              the process size in bytes
 * container  bytes  memory-factor  cores  cpu-factor     memory request, limit in MiB; cpu request, limit in millicores
 * </pre>
 */
public final class Oracle {
  private Oracle() {}

  public static void main(String[] args) throws IOException {
    try (BufferedReader in = Files.newBufferedReader(Path.of(args[0]));
        BufferedWriter file = Files.newBufferedWriter(Path.of(args[1]));
        PrintWriter out = new PrintWriter(file)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] words = line.split("\t", -1);
        for (int i = 0; i < words.length; i++) words[i] = unescaped(words[i]);
        out.println(answer(words));
      }
    }
  }

  private static String unescaped(String word) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      if (c == '\\') {
        c = word.charAt(++i);
        c = c == 't' ? '\t' : c == 'n' ? '\n' : c == 'r' ? '\r' : c;
      }
      text.append(c);
    }
    return text.toString();
  }

  private static String answer(String[] words) {
    try {
      switch (words[0]) {
        case "tm":
          return taskManager(configuration(words), words[1].equals("native"));
        case "jm":
          return jobManager(configuration(words), words[1].equals("native"));
        case "operator":
          return operator(words[1]);
        case "container":
          return container(words);
        default:
          throw new IllegalStateException("no question " + words[0]);
      }
    } catch (LinkageError | ReflectiveOperationException e) {
      throw new IllegalStateException(e); // of this class path, not of the question
    } catch (RuntimeException e) {
      return ("invalid " + e).replaceAll("[\\n\\r]", " ");
    }
  }

  private static Configuration configuration(String[] words) {
    Configuration configuration = new Configuration();
    for (int i = 2; i + 1 < words.length; i += 2) configuration.setString(words[i], words[i + 1]);
    return configuration;
  }

  /** Calls a static method; what it throws is thrown on. */
  private static Object call(Class<?> of, String name, Class<?>[] types, Object... values)
      throws ReflectiveOperationException {
    Method method = of.getDeclaredMethod(name, types);
    method.setAccessible(true);
    try {
      return method.invoke(null, values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException) throw (RuntimeException) e.getCause();
      throw e;
    }
  }

  private static boolean has(Class<?> of, String name) {
    return Stream.of(of.getDeclaredMethods()).anyMatch(method -> method.getName().equals(name));
  }

  /** Flink 2 has no legacy options, nor the methods that interpret them. */
  private static String taskManager(Configuration given, boolean kubernetes) throws ReflectiveOperationException {
    String map = "getConfigurationMapLegacyTaskManagerHeapSizeToConfigOption";
    Configuration configuration = given;
    if (has(TaskExecutorProcessUtils.class, map)) {
      configuration = (Configuration) call(TaskExecutorProcessUtils.class, map,
          new Class<?>[] {Configuration.class, ConfigOption.class}, given,
          kubernetes ? TaskManagerOptions.TOTAL_PROCESS_MEMORY : TaskManagerOptions.TOTAL_FLINK_MEMORY);
    }
    TaskExecutorProcessSpec spec = TaskExecutorProcessUtils.processSpecFromConfig(configuration);
    return line(
            spec.getFlinkMemory().getFrameworkHeap(), spec.getFlinkMemory().getTaskHeap(),
            spec.getFlinkMemory().getFrameworkOffHeap(), spec.getFlinkMemory().getTaskOffHeap(),
            spec.getFlinkMemory().getNetwork(), spec.getFlinkMemory().getManaged(), spec.getJvmMetaspaceSize(),
            spec.getJvmOverheadSize(), spec.getTotalFlinkMemorySize(), spec.getTotalProcessMemorySize())
        + "\t" + ProcessMemoryUtils.generateJvmParametersStr(spec);
  }

  private static String jobManager(Configuration configuration, boolean kubernetes)
      throws ReflectiveOperationException {
    String map = "processSpecFromConfigWithNewOptionToInterpretLegacyHeap";
    JobManagerProcessSpec spec = (JobManagerProcessSpec) (has(JobManagerProcessUtils.class, map)
        ? call(JobManagerProcessUtils.class, map, new Class<?>[] {Configuration.class, ConfigOption.class},
            configuration,
            kubernetes ? JobManagerOptions.TOTAL_PROCESS_MEMORY : JobManagerOptions.JVM_HEAP_MEMORY)
        : call(JobManagerProcessUtils.class, "processSpecFromConfig", new Class<?>[] {Configuration.class},
            configuration));
    return line(
            spec.getJvmHeapMemorySize(), spec.getJvmDirectMemorySize(), spec.getJvmMetaspaceSize(),
            spec.getJvmOverheadSize(), spec.getTotalFlinkMemorySize(), spec.getTotalProcessMemorySize())
        + "\t" + JobManagerProcessUtils.generateJvmParametersStr(spec, configuration);
  }

  private static String line(MemorySize... sizes) {
    return Stream.of(sizes).map(size -> String.valueOf(size.getBytes())).collect(Collectors.joining("\t"));
  }

  /** By a handle: reflection would want all that the class's other methods name. */
  private static String operator(String memory) throws ReflectiveOperationException {
    Class<?> builder = Class.forName("org.apache.flink.kubernetes.operator.config.FlinkConfigBuilder");
    MethodType type = MethodType.methodType(String.class, String.class);
    try {
      String text = (String) MethodHandles.lookup().findStatic(builder, "parseResourceMemoryString", type)
          .invokeExact(memory);
      return line(MemorySize.parse(text));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (ReflectiveOperationException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static String container(String[] words) throws ReflectiveOperationException {
    Class<?> utils = Class.forName("org.apache.flink.kubernetes.utils.KubernetesUtils");
    Method make = Stream.of(utils.getDeclaredMethods())
        .filter(method -> method.getName().equals("getResourceRequirements")).findFirst().orElseThrow();
    Object none = make.getParameterTypes()[0].getDeclaredConstructor().newInstance();
    Object made = make.invoke(null, none, new MemorySize(Long.parseLong(words[1])).getMebiBytes(),
        Double.parseDouble(words[2]), Double.parseDouble(words[3]), Double.parseDouble(words[4]), Map.of(), Map.of());
    StringBuilder line = new StringBuilder();
    for (String resource : new String[] {"memory", "cpu"}) {
      for (String getter : new String[] {"getRequests", "getLimits"}) {
        Object quantity = ((Map<?, ?>) made.getClass().getMethod(getter).invoke(made)).get(resource);
        BigDecimal amount = (BigDecimal) quantity.getClass()
            .getMethod("getAmountInBytes", quantity.getClass()).invoke(null, quantity);
        // Kubernetes rounds up to what it counts in.
        BigDecimal unit = new BigDecimal(resource.equals("memory") ? "1048576" : "0.001");
        line.append(line.length() == 0 ? "" : "\t").append(amount.divide(unit, 0, java.math.RoundingMode.CEILING));
      }
    }
    return line.toString();
  }
}
