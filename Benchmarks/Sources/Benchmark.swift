import Foundation
import RefluxCPU

/// `reflux-benchmark` times kernels; `reflux-benchmark train TASK` takes training steps for `compare.py`,
/// `reflux-benchmark tokenize MODEL TEXTS` tokenizes for `compare_tokenizers.py`,
/// `reflux-benchmark write-llama DIRECTORY [1.1b | 160m]` writes a LLaMA with random weights.
@main
struct Benchmark {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    if arguments.first == "train", let task = arguments.dropFirst().first {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      var training = try TrainingBenchmark(decoder.decode(TrainingTask.self, from: Data(task.utf8)))
      return try training.run()
    }
    if arguments.first == "tokenize", arguments.count == 3, let texts = arguments.last {
      return try TokenizerBenchmark(model: arguments[arguments.startIndex + 1], texts: texts).run()
    }
    if arguments.first == "write-llama", let directory = arguments.dropFirst().first {
      guard let weights = LlamaWeights(size: arguments.dropFirst(2).first ?? "1.1b") else {
        print("usage: reflux-benchmark write-llama DIRECTORY [1.1b | 160m]")
        exit(2)
      }
      return try weights.write(to: directory)
    }
    let backend = CPUBackend(threads: arguments.first.flatMap { Int($0) } ?? 2)
    print(backend.diagnostics.summary)
    if let warning = backend.diagnostics.warning { print("warning: \(warning)") }
    KernelBenchmark(backend: backend, tokens: 4096, rowLength: 128).run()
    KernelBenchmark(backend: backend, tokens: 352, rowLength: 11).run()
  }
}
