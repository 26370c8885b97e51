import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Writes down what a module promises: every exported signature, one per line, in `api.txt`.
///
/// With `check` it compares the compiled classes with the file, with `update` it writes the file. A
/// change of surface is thereby a visible line in a review.
public final class ApiFile {
  private static final Set<String> UNWRITTEN =
      Set.of("equals", "hashCode", "toString", "values", "valueOf");

  private final List<String> lines = new ArrayList<>();

  private ApiFile() {}

  public static void main(String[] args) throws Exception {
    Path module = Path.of(args[0]);
    Path file = module.resolve("api.txt");
    Path classes = module.resolve("target/classes");
    if (Files.notExists(classes.resolve("module-info.class"))) {
      return; // a module that declares no exports promises nothing
    }
    List<String> now = new ApiFile().module(classes);
    if (args[1].equals("update")) {
      Files.write(file, now);
      return;
    }
    List<String> promised = Files.exists(file) ? Files.readAllLines(file) : List.of();
    if (!promised.equals(now)) {
      System.out.println("The exported signatures differ from " + file + ":");
      without(promised, now).forEach(line -> System.out.println("  - " + line.strip()));
      without(now, promised).forEach(line -> System.out.println("  + " + line.strip()));
      System.out.println("If that is meant: mvn verify -Dapi.update, and commit the file.");
      System.exit(1);
    }
  }

  private static Collection<String> without(List<String> lines, List<String> others) {
    Set<String> rest = new LinkedHashSet<>(lines);
    rest.removeAll(Set.copyOf(others));
    return rest;
  }

  private List<String> module(Path classes) throws IOException {
    ModuleDescriptor descriptor;
    try (InputStream in = Files.newInputStream(classes.resolve("module-info.class"))) {
      descriptor = ModuleDescriptor.read(in);
    }
    lines.add("# Exported signatures, made by the build: mvn verify -Dapi.update");
    lines.add("module " + descriptor.name());
    descriptor.exports().stream()
        .filter(exports -> !exports.isQualified())
        .map(ModuleDescriptor.Exports::source)
        .sorted()
        .forEach(name -> exported(name, classes));
    return lines;
  }

  private void exported(String name, Path classes) {
    lines.add("");
    lines.add("package " + name);
    try (Stream<Path> files = Files.list(classes.resolve(name.replace('.', '/')))) {
      files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(".class") && !file.contains("$") && !file.contains("-"))
          .sorted()
          .map(file -> load(name + "." + file.substring(0, file.length() - ".class".length())))
          .filter(type -> promised(type.getModifiers()))
          .forEach(type -> type(type, "  "));
    } catch (IOException e) {
      throw new IllegalStateException("package " + name + " cannot be read", e);
    }
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name, false, ClassLoader.getSystemClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(name + " is not on the class path", e);
    }
  }

  private static boolean promised(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }

  private void type(Class<?> type, String indent) {
    lines.add(indent + head(type));
    List<String> members = new ArrayList<>();
    Stream.of(type.getDeclaredFields()).filter(this::visible).map(this::line).forEach(members::add);
    if (!type.isRecord() && !type.isEnum()) {
      Stream.of(type.getDeclaredConstructors())
          .filter(made -> promised(made.getModifiers()) && !made.isSynthetic())
          .map(this::line)
          .sorted()
          .forEach(members::add);
    }
    Stream.of(type.getDeclaredMethods())
        .filter(method -> promised(method.getModifiers()) && !method.isSynthetic())
        .filter(Predicate.not(this::unwritten))
        .map(this::line)
        .sorted(Comparator.comparing(line -> line.replaceFirst("^(static|abstract) ", "")))
        .forEach(members::add);
    members.forEach(member -> lines.add(indent + "  " + member));
    Stream.of(type.getDeclaredClasses())
        .filter(nested -> promised(nested.getModifiers()))
        .sorted(Comparator.comparing(Class::getSimpleName))
        .forEach(nested -> type(nested, indent + "  "));
  }

  private boolean visible(Field field) {
    return promised(field.getModifiers()) && !field.isSynthetic();
  }

  private boolean unwritten(Method method) {
    Class<?> owner = method.getDeclaringClass();
    boolean component =
        owner.isRecord()
            && method.getParameterCount() == 0
            && Arrays.stream(owner.getRecordComponents())
                .anyMatch(part -> part.getName().equals(method.getName()));
    return component || UNWRITTEN.contains(method.getName());
  }

  private static String head(Class<?> type) {
    String text = kind(type) + " " + type.getSimpleName() + parameters(type);
    Class<?> parent = type.getSuperclass();
    if (parent != null && !Set.of(Object.class, Record.class, Enum.class).contains(parent)) {
      text += " extends " + named(type.getAnnotatedSuperclass());
    }
    if (type.getInterfaces().length > 0) {
      text += type.isInterface() ? " extends " : " implements ";
      text += list(type.getAnnotatedInterfaces());
    }
    return text;
  }

  private static String parameters(Class<?> type) {
    String variables =
        Arrays.stream(type.getTypeParameters())
            .map(Object::toString)
            .collect(Collectors.joining(", "));
    String text = variables.isEmpty() ? "" : "<" + variables + ">";
    if (!type.isRecord()) {
      return text;
    }
    return Arrays.stream(type.getRecordComponents())
        .map(ApiFile::component)
        .collect(Collectors.joining(", ", text + "(", ")"));
  }

  private static String component(RecordComponent part) {
    return named(part.getAnnotatedType()) + " " + part.getName();
  }

  private static String kind(Class<?> type) {
    if (type.isAnnotation()) {
      return "annotation";
    }
    if (type.isRecord() || type.isEnum()) {
      return type.isRecord() ? "record" : "enum";
    }
    String sealed = type.isSealed() ? "sealed " : "";
    if (type.isInterface()) {
      return sealed + "interface";
    }
    int modifiers = type.getModifiers();
    String open = Modifier.isFinal(modifiers) ? "final " : "";
    return sealed + (Modifier.isAbstract(modifiers) ? "abstract " : open) + "class";
  }

  private String line(Field field) {
    if (field.isEnumConstant()) {
      return field.getName();
    }
    String word = Modifier.isStatic(field.getModifiers()) ? "static " : "";
    return word + named(field.getAnnotatedType()) + " " + field.getName();
  }

  private String line(Executable call) {
    String word = Modifier.isStatic(call.getModifiers()) ? "static " : "";
    if (Modifier.isAbstract(call.getModifiers()) && !call.getDeclaringClass().isInterface()) {
      word = "abstract ";
    }
    String name = call.getDeclaringClass().getSimpleName();
    if (!(call instanceof Constructor)) {
      name = named(call.getAnnotatedReturnType()) + " " + call.getName();
    }
    String parameters =
        Arrays.stream(call.getParameters())
            .map(ApiFile::parameter)
            .collect(Collectors.joining(", ", "(", ")"));
    AnnotatedType[] failures = call.getAnnotatedExceptionTypes();
    return word + name + parameters + (failures.length == 0 ? "" : " throws " + list(failures));
  }

  private static String parameter(Parameter parameter) {
    String type = named(parameter.getAnnotatedType());
    boolean many = parameter.isVarArgs() && type.endsWith("[]");
    return (many ? type.substring(0, type.length() - 2) + "..." : type) + " " + parameter.getName();
  }

  private static String list(AnnotatedType... types) {
    return Arrays.stream(types).map(ApiFile::named).collect(Collectors.joining(", "));
  }

  /// Returns the type as a reader of the source would write it: without packages and without the
  /// parentheses of annotations.
  private static String named(AnnotatedType type) {
    return type.toString()
        .replace('$', '.')
        .replaceAll("\\b(?:[a-z_][A-Za-z0-9_]*\\.)+(?=[A-Z@])", "")
        .replace("()", "");
  }
}
