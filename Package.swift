// swift-tools-version: 6.1
import PackageDescription

/// A plugin: one folder under `Plugins/`.
///
/// It sees the protocols and nothing of the loop, the disk layout or the device.
func plugin(_ name: String, _ more: [Target.Dependency] = []) -> Target {
  .target(name: "Reflux\(name)", dependencies: ["RefluxCore"] + more, path: "Plugins/\(name)")
}

/// The tests of one target, in the folder that mirrors it.
func tests(of target: String, _ more: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: "\(target)Tests", dependencies: [.init(stringLiteral: target), "RefluxTesting"] + more)
}

let plugins: [Target] = [
  plugin("Basics", ["RefluxIO"]),
  plugin("Losses"),
  plugin("SelfDistillation"),
  plugin("TeacherDistillation", ["RefluxIO"]),
  plugin("SelfTraining"),
  plugin("Encoders", ["RefluxIO"]),
  plugin("Decoders", ["RefluxIO"]),
  plugin("Adapters", ["RefluxIO"]),
  plugin("Tasks", ["RefluxIO"]),
]

let package = Package(
  name: "Reflux",
  products: [
    .executable(name: "reflux", targets: ["reflux"]),
    .library(name: "RefluxCore", targets: ["RefluxCore"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: plugins + [
    // C: system libraries and our own kernels.
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(
      name: "CSentencePieceLibrary", pkgConfig: "sentencepiece", providers: [.apt(["libsentencepiece-dev"])]),
    .target(name: "CSentencePiece", dependencies: ["CSentencePieceLibrary"]),
    .target(name: "CRefluxKernels", linkerSettings: [.linkedLibrary("m"), .linkedLibrary("pthread")]),

    // The engine.
    .target(name: "RefluxTensor"),
    .target(name: "RefluxCPU", dependencies: ["RefluxTensor", "CRefluxKernels", "COpenBLAS"]),
    .target(name: "RefluxNN", dependencies: ["RefluxTensor"]),

    // The protocols, recipes, files and text.
    .target(name: "RefluxConfig", dependencies: ["CYAML"]),
    .target(name: "RefluxCore", dependencies: ["RefluxTensor", "RefluxNN", "RefluxConfig"]),
    .target(name: "RefluxIO", dependencies: ["RefluxCore", "CRefluxHash"]),
    .target(name: "RefluxHub", dependencies: ["RefluxCore", "RefluxIO"]),
    .target(name: "RefluxText", dependencies: ["RefluxCore", "RefluxIO", "CSentencePiece"]),

    .target(name: "CRefluxHash"),

    // The loop and the command.
    .target(name: "RefluxTrain", dependencies: ["RefluxCore", "RefluxIO", "RefluxText"]),
    .executableTarget(
      name: "reflux",
      dependencies: [
        "RefluxCore", "RefluxIO", "RefluxHub", "RefluxTrain", "RefluxCPU",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ] + plugins.map { .init(stringLiteral: $0.name) },
      path: "Sources/RefluxCommand"),

    .executableTarget(
      name: "reflux-benchmark",
      dependencies: [
        "RefluxCPU", "RefluxCore", "RefluxIO", "RefluxText", "RefluxBasics", "RefluxEncoders", "RefluxDecoders",
        "RefluxAdapters",
      ],
      path: "Benchmarks/Sources"),

    // Tests.
    .target(name: "RefluxTesting", dependencies: ["RefluxCore", "RefluxCPU", "RefluxIO"]),
    tests(of: "RefluxTensor"),
    tests(of: "RefluxCPU", ["CRefluxKernels"]),
    tests(of: "RefluxConfig"),
    tests(of: "RefluxIO", ["CRefluxHash"]),
    tests(of: "RefluxHub", ["RefluxIO"]),
    tests(of: "RefluxText", ["RefluxCore", "RefluxIO"]),
    tests(of: "RefluxTasks", ["RefluxIO"]),
    tests(
      of: "RefluxTrain",
      ["RefluxCPU", "RefluxCore", "RefluxIO", "RefluxText"] + plugins.map { .init(stringLiteral: $0.name) }),
    tests(of: "RefluxBasics", ["RefluxIO", "RefluxCPU"]),
    tests(of: "RefluxLosses"),
    tests(
      of: "RefluxSelfDistillation", ["RefluxIO", "RefluxBasics", "RefluxCPU", "RefluxDecoders", "RefluxLosses"]),
    tests(of: "RefluxSelfTraining", ["RefluxBasics", "RefluxLosses", "RefluxSelfDistillation"]),
    tests(of: "RefluxTeacherDistillation", ["RefluxIO", "RefluxBasics", "RefluxLosses", "RefluxSelfDistillation"]),
    tests(of: "RefluxNN", ["RefluxIO"]),
    tests(of: "RefluxDecoders", ["RefluxAdapters", "RefluxBasics", "RefluxCPU", "RefluxIO"]),
    tests(of: "RefluxEncoders", ["RefluxBasics", "RefluxCPU", "RefluxIO"]),
    tests(of: "RefluxAdapters", ["RefluxEncoders", "RefluxBasics", "RefluxIO", "RefluxCPU"]),
    .testTarget(name: "RefluxCommandTests", dependencies: ["reflux", "RefluxTesting"]),
  ]
)
