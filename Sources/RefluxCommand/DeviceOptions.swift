import ArgumentParser
import RefluxCPU
import RefluxCore

/// What the work is done on.
struct DeviceOptions: ParsableArguments {
  @Option(help: "Threads; the results do not depend on it. Default: one for each processor core.")
  var threads: Int?

  func validate() throws {
    guard (1...1024).contains(threads ?? 1) else { throw ValidationError("--threads must be from 1 to 1024") }
  }

  func backend() -> CPUBackend { CPUBackend(threads: threads ?? Processor.count) }
}
