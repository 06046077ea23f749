import Inference
import Partitioning
import StrictJSON
import Testing

/// Placements that cut fused layers open.
struct OpeningTests {
  private func problem(_ graph: Graph) throws -> PlacementProblem {
    let network = try CostGraph(graph)
    let device = try DeviceProfile.find("raspberry-pi-4")
    let server = try DeviceProfile.find(DeviceProfile.builtInNames.last ?? "raspberry-pi-4")
    return PlacementProblem(
      network: network,
      tiers: [
        device.tier(named: "device", computing: network, role: .device),
        server.tier(named: "server", computing: network, role: .cloud),
      ],
      hops: [PlacementProblem.Hop(uplinkMbps: 8, downlinkMbps: 8, roundTripMilliseconds: 0)])
  }

  @Test func cuttingInsideALayerCostsWhatItsPartsCostAlone() throws {
    let problem = try problem(TwoProducts.graph())
    let placement = problem.placement(cutting: try problem.cut(named: "a"))
    #expect(placement.splits == [Placement.Split(layer: 1, part: 0, tier: 1)])
    let (device, server) = (
      try #require(problem.tiers[0].profile), try #require(problem.tiers[1].profile)
    )
    let cost = problem.cost(of: placement)
    // The product writes its 32 bytes; the activation reads and writes as many alone.
    #expect(cost.deviceCompute == device.nanoseconds(macs: 32, bytes: 16 + 128 + 32, .gemm))
    let tail = server.nanoseconds(macs: 0, bytes: 64, .memory) + server.nanoseconds(macs: 16, bytes: 32 + 64 + 8, .gemm)
    #expect(cost.cloudCompute == tail)
    #expect(cost.bytesUp == 32)
  }

  @Test func theLastNodeIsTheWholeLayer() throws {
    let problem = try problem(TwoProducts.graph())
    #expect(problem.placement(cutting: try problem.cut(named: "relu")).splits.isEmpty)
  }

  @Test func openingNeverBeatsTheOptimum() throws {
    let problem = try problem(TwoProducts.graph())
    let opened = problem.cost(of: problem.placement(cutting: try problem.cut(named: "a")))
    let whole = problem.cost(of: problem.placement(cutting: try problem.cut(named: "relu")))
    #expect(opened.latencyNanoseconds > whole.latencyNanoseconds)
    #expect(Optimum(of: problem, .latency).cost.latencyNanoseconds <= whole.latencyNanoseconds)
  }

  @Test func everythingOnOneTierIsNotOpened() throws {
    let problem = try problem(TwoProducts.graph())
    #expect(problem.placement(cutting: try problem.cut(named: "a"), rest: 0).splits.isEmpty)
  }

  @Test func theOperandOfAnAdditionBehindTheCutIsSent() throws {
    var builder = GraphBuilder(name: "residual")
    let input = builder.input("x", .float32, [2, 4])
    let weights = builder.constant("w", Tensor(shape: [4, 4], [Float](repeating: 1, count: 16)))
    let skip = try #require(builder.node("skip", "Exp", [input])[0])
    let product = try #require(builder.node("product", "MatMul", [input, weights])[0])
    let sum = try #require(builder.node("sum", "Add", [product, skip])[0])
    builder.output(try #require(builder.node("relu", "Relu", [sum])[0]))
    let problem = try problem(builder.build())
    let placement = problem.placement(cutting: try problem.cut(named: "product"))
    // What only the addition needs is not kept on the device: the input goes up for it, and the product.
    #expect(problem.cost(of: placement).bytesUp == 64)
    let (opened, parts) = problem.opened(for: placement)
    #expect(opened.network.layers.map(\.name) == ["x", "skip", "product", "sum", "relu"])
    #expect(parts.tiers == [0, 1, 0, 1, 1])
  }

  @Test func aNameThatPassesTookInIsExplained() throws {
    var builder = GraphBuilder(name: "gelu")
    let x = builder.input("x", .float32, [4])
    func number(_ value: Float) -> ValueID { builder.constant("\(value)", Tensor(shape: [], [value])) }
    let (root, one, half) = (number(1.4142135), number(1), number(0.5))
    let erf = try builder.node("erf", "Erf", builder.node("div", "Div", [x, root]))[0]
    let product = try builder.node("mul", "Mul", [x, builder.node("add", "Add", [erf, one])[0]])[0]
    builder.output(try #require(builder.node("gelu", "Mul", [product, half])[0]))
    let network = try CostGraph(builder.build().optimized())
    #expect(try network.layers(named: "gelu") == [1])
    let error = #expect(throws: InputError.self) { try network.layers(named: "erf") }
    #expect(error.map { "\($0)".contains("name 'gelu' instead") } ?? false)
  }
}
