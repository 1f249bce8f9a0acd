import RefluxCPU
import RefluxTesting
import Testing

@Suite struct ConformanceTests {
  @Test(arguments: BackendConformance.Part.allCases) func conforms(_ part: BackendConformance.Part) {
    BackendConformance(CPUBackend(threads: 2)).check(part)
  }
}
