import Inference
import Partitioning
import StrictJSON
import Testing

struct CostGraphNetworkTests {
  @Test func inputsStayOnTheDeviceAndLayersCarryTheirWork() throws {
    let network = try CostGraph(TwoProducts.graph(), fused: false)
    #expect(network.layers.map(\.name) == ["x", "a", "relu", "b"])
    #expect(network.layers.map(\.isInput) == [true, false, false, false])
    #expect(network.tensors.map(\.bytes) == [16, 32, 32, 8])
    #expect(network.tensors.map(\.isResult) == [false, false, false, true])
    // Inputs, weights and outputs once.
    #expect(
      network.layers[1].work
        == CostGraph.Work(
          macs: 32, bytes: 16 + 128 + 32, weightBytes: 128, outputBytes: 32, costClass: .gemm, kind: "MatMul of one row"
        ))
    #expect(
      network.layers[2].work == CostGraph.Work(macs: 0, bytes: 64, outputBytes: 32, costClass: .memory, kind: "Relu"))
  }

  @Test func fusedGroupsAnswerToTheirNodes() throws {
    let network = try CostGraph(TwoProducts.graph(), fused: true)
    #expect(network.layers.count == 3)
    #expect(try network.layers(named: "a") == [1])
    #expect(throws: InputError.self) { try network.layers(named: "x") }
  }

  @Test func inputBytesAreThoseInTransit() throws {
    let network = try CostGraph(TwoProducts.graph(), inputBytes: 5)
    #expect(network.tensors[0].bytes == 5)
    #expect(network.layers[1].work?.bytes == 16 + 128 + 32)
  }
}
