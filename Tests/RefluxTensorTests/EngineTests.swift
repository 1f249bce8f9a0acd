import Testing
@testable import RefluxTensor
