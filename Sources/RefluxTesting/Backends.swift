import RefluxCPU
import RefluxCore

/// What models are tested on: the yardstick, and the backend that people use.
public let testedBackends: [any Backend] = [ReferenceBackend.shared, CPUBackend(threads: 2)]
