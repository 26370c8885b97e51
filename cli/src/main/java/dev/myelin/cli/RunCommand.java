package dev.myelin.cli;

import dev.myelin.engine.EngineConfig;
import dev.myelin.engine.MemoryCost;
import dev.myelin.engine.ShardSpec;
import dev.myelin.engine.decoder.VectorEngine;
import dev.myelin.engine.model.Model;
import dev.myelin.engine.sample.SamplingOptions;
import dev.myelin.engine.text.Message;
import dev.myelin.engine.text.ModelText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Lets a model answer.
@Command(
    name = "run",
    header = "Let a language model answer, here on this machine.",
    description = {
      "",
      "MODEL is a GGUF file, a folder with config.json and safetensors, or the name of one that",
      "'myelin models list' shows. Without PROMPT it is read from standard input; in a terminal",
      "a chat begins, in which /help says more and Ctrl-C stops an answer.",
      "",
      "The answer goes to standard output while it is made, how fast it was to standard error.",
      "With --json one object instead: text, prompt_tokens, tokens, ttft_ms, tokens_per_s, stop",
      "(end, length, context or interrupted).",
      "",
      "With --layers and not all of them, it runs the prompt through those layers alone and",
      "prints a digest of the hidden states, by which shards on two machines are compared. They",
      "begin with layer 0, because later ones take what earlier ones give.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  myelin run tale \"Once upon a time\"",
      "  myelin run qwen.gguf",
      "  cat question.txt | myelin run qwen.gguf --system 'Answer in one word.' --json",
      "  myelin run tale --layers 0:3 \"Once upon a time\""
    })
final class RunCommand implements Callable<Integer> {
  private static final int USUAL_CONTEXT = 4096;

  private final RootCommand root;

  @Parameters(index = "0", paramLabel = "MODEL", description = "A file, a folder or a name.")
  private String name = "";

  @Parameters(
      index = "1",
      paramLabel = "PROMPT",
      arity = "0..1",
      description = "What to answer (default: standard input, or a chat).")
  private @Nullable String prompt;

  @Option(names = "--system", paramLabel = "TEXT", description = "Tell the model how to behave.")
  private @Nullable String system;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description = "The most tokens of an answer (default: as many as the context allows).")
  private int limit = Integer.MAX_VALUE;

  @Option(
      names = "--context",
      paramLabel = "N",
      description =
          "The most tokens of prompt and answer (default: what the model allows, at most 4096).")
  private @Nullable Integer context;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "How many threads compute (default: one for each processor).")
  private @Nullable Integer threads;

  @Option(
      names = "--layers",
      paramLabel = "A:B",
      description = "Run the layers from A up to and without B alone.")
  private @Nullable String layers;

  @Option(names = "--raw", description = "Go on with the prompt as it is, instead of answering it.")
  private boolean raw;

  @Mixin private final SamplingArguments sampling = new SamplingArguments();

  RunCommand(RootCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    require("--max-tokens", limit);
    require("--context", context == null ? 1 : context);
    require("--threads", threads == null ? 1 : threads);
    SamplingOptions options = sampling.options();
    boolean terminal = root.shell().inIsTerminal() && root.shell().outIsTerminal();
    boolean chat = prompt == null && layers == null && terminal;
    requireSense(chat);
    String asked = chat ? "" : asked();
    try (Model model = Model.open(ModelShelf.of(root.shell()).find(name))) {
      ShardSpec spec = spec(model);
      EngineConfig config = config(model);
      MemoryCost cost = VectorEngine.cost(model, spec, config);
      Memory.of().require(name, cost, config.context(), "--context");
      try (Loading loading = Loading.begin(model);
          VectorEngine engine = load(model, spec, config, loading)) {
        ModelText text = loading.text();
        if (spec.output() == ShardSpec.Output.HIDDEN) {
          new ShardDigest(root, engine).print(fitting(text, asked, config.context()));
          return ExitCodes.OK;
        }
        try (Talk talk = new Talk(engine, text, options, config.context())) {
          return chat ? chat(talk, text) : answer(talk, fitting(text, asked, config.context() - 1));
        }
      }
    }
  }

  // Before anything is loaded.
  private void requireSense(boolean chat) {
    if (layers != null) {
      ModelWords.Layers _ = ModelWords.Layers.parse(layers);
    }
    if (raw && chat) {
      throw new CommandException(
          ExitCodes.USAGE, "--raw: goes on with a prompt (expected: one, or a chat without it)");
    }
    if (raw && system != null) {
      throw new CommandException(
          ExitCodes.USAGE, "--system: not with --raw, which gives the model the prompt alone");
    }
  }

  private VectorEngine load(Model model, ShardSpec spec, EngineConfig config, Loading loading)
      throws IOException {
    long bytes = VectorEngine.cost(model, spec, config).weightBytes();
    try (ProgressLine bar = new ProgressLine(root.shell(), "loading", bytes)) {
      return VectorEngine.load(
          model,
          spec,
          config,
          loaded -> {
            loading.requireHope();
            bar.atUnlessStopped(loaded);
          });
    }
  }

  private int answer(Talk talk, int... tokens) {
    Answer answer =
        talk.answer(tokens, limit, this::print, () -> Thread.currentThread().isInterrupted());
    if (root.json()) {
      root.print(answer.json());
    } else {
      root.shell().out().println();
      root.note(answer.words());
    }
    return answer.stop() == Answer.Stop.INTERRUPTED ? ExitCodes.INTERRUPTED : ExitCodes.OK;
  }

  private int chat(Talk talk, ModelText text) throws InterruptedException {
    Chat chat = new Chat(root, talk, text, system, limit);
    try (CtrlC _ = CtrlC.listen(chat::press)) {
      chat.run();
    }
    return ExitCodes.OK;
  }

  private int[] fitting(ModelText text, String asked, int most) {
    int[] tokens = tokens(text, asked);
    if (tokens.length == 0 || tokens.length > most) {
      throw new CommandException(
          ExitCodes.USAGE,
          "PROMPT: "
              + Words.count(tokens.length, "token")
              + (" (expected: 1.." + most + (layers == null ? ", so that an answer fits" : ""))
              + "; --context makes room up to what the model allows, see 'myelin models show')");
    }
    return tokens;
  }

  private int[] tokens(ModelText text, String asked) {
    if (raw) {
      return text.tokenizer().encode(asked);
    }
    List<Message> messages = new ArrayList<>();
    if (system != null) {
      messages.add(Message.system(system));
    }
    messages.add(Message.user(asked));
    return Prompts.tokens(text, messages);
  }

  private String asked() throws IOException, InterruptedException {
    if (prompt != null) {
      if (prompt.isBlank() && !raw) {
        throw new CommandException(ExitCodes.USAGE, "PROMPT: empty (expected: a text)");
      }
      return prompt;
    }
    if (root.shell().inIsTerminal()) {
      throw new CommandException(
          ExitCodes.USAGE,
          "PROMPT: none (expected: one, since "
              + (layers == null
                  ? "standard output is no terminal to chat in)"
                  : "a chat needs a whole model, without --layers)"));
    }
    byte[] bytes = Input.read(() -> root.shell().in().readAllBytes());
    String read = new String(bytes, StandardCharsets.UTF_8).strip();
    if (read.isEmpty()) {
      throw new CommandException(
          ExitCodes.USAGE,
          "PROMPT: none (expected: an argument, text on standard input, or a terminal to chat in)");
    }
    return read;
  }

  private ShardSpec spec(Model model) {
    if (layers == null) {
      return ShardSpec.of(model.whole());
    }
    ShardSpec spec = ModelWords.Layers.parse(layers).spec(model);
    if (spec.input() == ShardSpec.Input.HIDDEN) {
      throw new CommandException(
          ExitCodes.USAGE,
          "--layers: "
              + layers
              + " take hidden states and no text (expected: from 0, where the embedding is);"
              + (" 'myelin models show " + name + " --layers " + layers + "' says what they take"));
    }
    return spec;
  }

  private EngineConfig config(Model model) {
    int most = model.dimensions().context();
    if (context != null && context > most) {
      throw new CommandException(
          ExitCodes.USAGE,
          "--context: " + context + " (expected: 1.." + most + ", which the model allows)");
    }
    EngineConfig config =
        EngineConfig.defaults()
            .withContext(context == null ? Math.min(USUAL_CONTEXT, most) : context);
    return threads == null ? config : config.withThreads(threads);
  }

  private void print(String piece) {
    if (!root.json()) {
      root.shell().out().print(Words.plain(piece));
      root.shell().out().flush();
    }
  }

  private static void require(String option, int value) {
    if (value < 1) {
      throw new CommandException(ExitCodes.USAGE, option + ": " + value + " (expected: >= 1)");
    }
  }
}
