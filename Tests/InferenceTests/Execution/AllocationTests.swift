import CAllocations
import Inference
import Testing

/// Once a network has run, running it again allocates nothing: all memory is planned or kept.
struct AllocationTests {
  enum Network: String, CaseIterable { case convolutions, recurrent, transformer }

  @Test(.enabled(if: ca_allocations() >= 0), arguments: Network.allCases)
  func aSteadyRunAllocatesNothing(network: Network) throws {
    let graph =
      switch network {
      case .convolutions: try Networks.pools()
      case .recurrent: try Networks.recurrent()
      case .transformer: try Networks.transformer()
      }
    let executor = try Executor(graph)
    let inputs = try graph.randomInputs(seed: 3)
    let expected = try executor.run(inputs)
    let outputs = try executor.run(inputs)
    try executor.run(inputs, into: outputs)
    // Other tests borrow scratch from the same pool at the same time, so that a single run may find it empty.
    var least = Int.max
    for _ in 0..<500 where least > 0 {
      let before = ca_allocations()
      try executor.run(inputs, into: outputs)
      least = min(least, ca_allocations() - before)
    }
    #expect(least == 0)
    #expect(outputs[0].isIdentical(to: expected[0]))
  }

  @Test(.enabled(if: ca_allocations() >= 0)) func allocationsAreCounted() {
    let before = ca_allocations()
    let tensor = Tensor(zeros: .float32, shape: [100])
    #expect(ca_allocations() > before)
    #expect(tensor.elementCount == 100)
  }

  @Test func outputsOfAnotherTypeAreRefused() throws {
    let graph = try Networks.residual()
    let executor = try Executor(graph)
    let inputs = try graph.randomInputs(seed: 3)
    #expect(throws: ExecutionError.self) { try executor.run(inputs, into: [Tensor(zeros: .float32, shape: [5, 1])]) }
    #expect(throws: ExecutionError.self) { try executor.run(inputs, into: []) }
  }
}
