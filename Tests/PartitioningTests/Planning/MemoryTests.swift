import Partitioning
import RandomStreams
import StrictJSON
import Testing

/// Placements that do not fit into the memory of a tier.
struct MemoryTests {
  /// A chain whose layers have weights, on a fast server far away.
  static func problem(_ limits: [Int?], weights: [Int] = [30, 40, 50]) throws -> PlacementProblem {
    let rows = weights.enumerated().map { index, bytes in
      """
      {"name": "l\(index)", "inputs": ["\(index == 0 ? "input" : "l\(index - 1)")"], "output_bytes": \(1000 - 100 * index),
       "weight_bytes": \(bytes), "ms": {"device": 10, "cloud": 1}}
      """
    }
    let text = """
      {"offloadsim_costs": 1, "tiers": ["device", "cloud"], "layers": [
        {"name": "input", "inputs": [], "output_bytes": 2000, "pinned": "device"}, \(rows.joined(separator: ","))]}
      """
    let table = try CostTable(JSONParser.parse(Array(text.utf8), file: "test"), name: "test")
    var problem = table.problem(hops: [
      .init(uplinkBitsPerSecond: 1e9, downlinkBitsPerSecond: 1e9, propagationNanoseconds: 0)
    ])
    for (tier, limit) in limits.enumerated() { problem.tiers[tier].memory = limit.map { MemoryLimit(bytes: $0) } }
    return problem
  }

  static func placement(_ policy: String, _ problem: PlacementProblem) throws -> Placement {
    var random = RandomStream(seed: 1, entity: "test", purpose: "test")
    return try PolicyRegistry.policy(spec: policy).placement(for: problem, using: &random)
  }

  /// Weights of the tier's layers; the tensors that are alive at once.
  @Test func memoryOfAPartition() throws {
    let problem = try Self.problem([nil, nil])
    let local = problem.memory(of: problem.placement(everythingOn: 0), on: 0)
    #expect(local.weightBytes == 120 && local.activationBytes == 2000 + 1000 && local.layers == [1, 2, 3])
    let split = problem.memory(of: Placement(tiers: [0, 0, 1, 1]), on: 1)
    #expect(split.weightBytes == 90 && split.activationBytes == 1000 + 900)
    #expect(split.bytes(requests: 3) == 90 + 3 * 1900 && split.bytes(requests: .max) == .max)
  }

  /// Unlimited, everything goes to the cloud; limited, as much as fits.
  @Test(arguments: ["oracle", "mincut", "neurosurgeon"])
  func searchesKeepWithinMemory(policy: String) throws {
    #expect(try Self.placement(policy, Self.problem([nil, nil])).tiers == [0, 1, 1, 1])
    #expect(try Self.placement(policy, Self.problem([nil, 90 + 1900])).tiers == [0, 0, 1, 1])
    #expect(try Self.placement(policy, Self.problem([nil, 89 + 1900])).tiers == [0, 0, 0, 1])
    #expect(try Self.placement(policy, Self.problem([nil, 10])).tiers == [0, 0, 0, 0])
  }

  /// Two-way crossings may fit what single cuts cannot, and are the best of all that do.
  @Test func theOptimumIsThatOfAllThatFit() throws {
    var random = RandomStream(seed: 3, entity: "memory", purpose: "test")
    for _ in 0..<60 {
      let weights = (0..<5).map { _ in random.integer(below: 100) }
      let problem = try Self.problem(
        [2000 + 1000 + random.integer(below: 200), 3000 + random.integer(below: 200)], weights: weights)
      var best = Double.infinity
      for bits in 0..<32 {
        let placement = Placement(tiers: [0] + (0..<5).map { UInt8(bits >> $0 & 1) })
        if problem.fits(placement) { best = min(best, problem.cost(of: placement).latencyMilliseconds) }
      }
      let optimum = Optimum(of: problem, .latency)
      guard best < .infinity else {
        #expect(!optimum.isProven)
        #expect(throws: InputError.self) { try Self.placement("mincut", problem) }
        continue
      }
      #expect(optimum.isProven && problem.fits(optimum.placement) && optimum.cost.latencyMilliseconds == best)
      #expect(try problem.cost(of: Self.placement("mincut", problem)).latencyMilliseconds == best)
    }
  }

  @Test func errorsNameNodeNeedAndHave() throws {
    let problem = try Self.problem([nil, 100])
    do {
      _ = try Planner.plan(problem, policy: PolicyRegistry.policy(spec: "cloud"))
      Issue.record("a plan that does not fit")
    } catch let error as InputError {
      #expect("\(error)".contains("node 'cloud' has 100 bytes of memory, and its layers of 'test' need 3120"))
    }
  }
}
