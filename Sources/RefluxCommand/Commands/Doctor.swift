import ArgumentParser
import Foundation
import RefluxCPU
import RefluxIO

struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows what this program runs on, and what makes it slow if something does.")

  @OptionGroup var device: DeviceOptions
  @Flag(help: "Print JSON.") var json = false

  func run() throws {
    let found = device.backend().diagnostics
    let facts: [(key: String, label: String, value: String)] = [
      ("version", "reflux", Reflux.configuration.version),
      ("system", "system", ProcessInfo.processInfo.operatingSystemVersionString),
      ("blas_core", "OpenBLAS core", found.blasCore),
      ("kernels", "kernels in use", found.kernels.rawValue),
      ("kernels_available", "kernels that run here", KernelSet.available.map(\.rawValue).joined(separator: ", ")),
      ("processor", "widest instructions", found.widest.rawValue),
      ("threads", "threads", "\(found.threads) of \(Processor.count)"),
    ]
    if json {
      var fields = JSONObject(facts.map { ($0.key, .string($0.value)) })
      fields["threads"] = .integer(found.threads)
      fields["warning"] = found.warning.map(JSON.string) ?? .null
      return try Output.print(.object(fields))
    }
    let width = facts.map(\.label.count).max() ?? 0
    for fact in facts {
      try Output.print(fact.label + String(repeating: " ", count: width + 2 - fact.label.count) + fact.value)
    }
    try Output.print(found.warning.map { "warning: \($0)" } ?? "nothing stands in the way")
  }
}
