import RefluxCPU

@main
struct Benchmark {
  static func main() {
    let backend = CPUBackend(threads: 2)
    print(backend.diagnostics.summary)
    if let warning = backend.diagnostics.warning { print("warning: \(warning)") }
    KernelBenchmark(backend: backend, tokens: 4096, rowLength: 128).run()
    KernelBenchmark(backend: backend, tokens: 352, rowLength: 11).run()
  }
}
