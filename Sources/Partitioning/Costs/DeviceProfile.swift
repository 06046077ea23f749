import Inference
import StrictJSON

/// How fast a machine computes layers, by class, and what power it takes: the file format `offloadsim_profile: 1`.
///
/// Where the profile holds measured layers, they tell a layer's time; see `MeasuredLayers`. Otherwise a layer takes
/// overhead + max(MACs / rate, bytes read and written / bandwidth). A missing number is no limit, a missing
/// class falls to `memory`, and a class without numbers takes no time. This is the roofline of Williams et al.,
/// "Roofline: an insightful visual performance model", CACM 2009, per class of layers.
public struct DeviceProfile: Sendable {
  /// The limits of one class of layers.
  public struct Rates: Sendable, Hashable {
    public var macsPerSecond: Double?
    public var bytesPerSecond: Double?
    public var overheadSeconds: Double

    public init(macsPerSecond: Double? = nil, bytesPerSecond: Double? = nil, overheadSeconds: Double = 0) {
      self.macsPerSecond = macsPerSecond
      self.bytesPerSecond = bytesPerSecond
      self.overheadSeconds = overheadSeconds
    }

    init(from fields: inout FieldReader) {
      macsPerSecond = fields.doubleIfPresent(
        "gmacs_per_s", in: .positive(upTo: 1e9), "10^9 multiply-accumulates per second"
      ).map { $0 * 1e9 }
      bytesPerSecond = fields.doubleIfPresent(
        "gbytes_per_s", in: .positive(upTo: 1e9), "10^9 bytes read and written per second"
      ).map { $0 * 1e9 }
      overheadSeconds =
        fields.double("overhead_us", default: 0, in: .nonNegative(upTo: 1e12), "time per layer besides") / 1e6
    }

    /// The time of a layer in seconds.
    public func seconds(macs: Int, bytes: Int) -> Double {
      let arithmetic = macsPerSecond.map { Double(macs) / $0 } ?? 0
      let traffic = bytesPerSecond.map { Double(bytes) / $0 } ?? 0
      return overheadSeconds + max(arithmetic, traffic)
    }
  }

  public let name: String
  /// Where the numbers come from; begins with `measured` or `estimate` in the built-in profiles.
  public let source: String
  public let memoryBytes: Double?
  /// Whether layers that one kernel can compute together are one layer (`"fusion"`).
  public let fusesLayers: Bool
  /// Layers that were timed on the machine, which say more than the classes do.
  public let measured: MeasuredLayers?
  /// In the order of `CostClass.allCases`; `nil` where the profile has no such class.
  private let rates: [Rates?]
  public let idleWatts: Double
  public let busyWatts: Double

  public init(
    name: String, source: String, memoryBytes: Double? = nil, rates: [CostClass: Rates],
    measured: MeasuredLayers? = nil, idleWatts: Double = 0, busyWatts: Double = 0
  ) {
    self.name = name
    self.source = source
    self.memoryBytes = memoryBytes
    fusesLayers = true
    self.measured = measured
    self.rates = CostClass.allCases.map { rates[$0] }
    self.idleWatts = idleWatts
    self.busyWatts = busyWatts
  }

  /// Reads a parsed file; throws every mistake in it.
  public init(_ node: JSONNode) throws(InputError) { self = try FieldReader.read(node) { DeviceProfile(from: &$0) } }

  /// Reads a file; throws every mistake in it.
  public init(contentsOf path: String) throws(InputError) { try self.init(JSONParser.parse(contentsOf: path)) }

  public init(from fields: inout FieldReader) {
    _ = fields.int("offloadsim_profile", in: 1...1, "the version of the format")
    _ = fields.stringIfPresent("$schema", "for editors")
    name = fields.name("name", "the machine's name")
    source = fields.string("source", default: "", "'measured with ...' or 'estimate from ...'")
    memoryBytes = fields.doubleIfPresent("memory_bytes", in: .positive(upTo: 1e18), "memory for weights and tensors")
    fusesLayers = fields.bool(
      "fusion", default: true, "whether a product is one layer with the normalisation, addition and activation after it"
    )
    rates = fields.section("classes", "the limits of each class of layers") { fields in
      CostClass.allCases.map { kind in
        fields.objectIfPresent(kind.rawValue, kind.help) { Rates(from: &$0) }
      }
    }
    measured = MeasuredLayers(from: &fields)
    (idleWatts, busyWatts) = fields.section("power_w", "the machine's power") { fields in
      let idle = fields.double(
        "idle", default: 0, in: .nonNegative(upTo: 1e9), "whole power with no server busy, in watts")
      let busy = fields.double(
        "busy", default: idle, in: .nonNegative(upTo: 1e9), "whole power with every server busy, in watts")
      return (idle, busy)
    }
  }

  /// The limits of a class: its own, or those of `memory`, or none.
  public func rates(of kind: CostClass) -> Rates {
    for (candidate, rates) in zip(CostClass.allCases, rates) where candidate == kind {
      if let rates { return rates }
    }
    return kind == .memory ? Rates() : self.rates(of: .memory)
  }

  /// The time of one layer, rounded to nanoseconds.
  public func nanoseconds(macs: Int, bytes: Int, _ kind: CostClass) -> Int64 {
    .nanoseconds(rates(of: kind).seconds(macs: macs, bytes: bytes) * 1e9)
  }

  /// The times of a network's layers by index; 0 for its inputs.
  ///
  /// The network was made from a graph.
  public func nanoseconds(of network: CostGraph) -> [Int64] {
    let touched = measured == nil ? 0 : network.touchedBytes
    return network.layers.map { layer in
      guard let work = layer.work else { return 0 }
      if let time = measured?.nanoseconds(of: work, networkBytes: touched) { return .nanoseconds(time) }
      return nanoseconds(macs: work.macs, bytes: work.bytes, work.costClass)
    }
  }

  /// The machine as a tier that computes a network.
  public func tier(
    named name: String, computing network: CostGraph, servers: Int = 1, role: TierRole? = nil
  ) -> PlacementProblem.Tier {
    PlacementProblem.Tier(
      name: name, computeNanoseconds: nanoseconds(of: network), busyWatts: busyWatts, idleWatts: idleWatts,
      servers: servers, role: role, profile: self)
  }

  /// The file's content.
  public var json: JSONValue {
    let classes = zip(CostClass.allCases, rates).compactMap { kind, rates in
      rates.map { rates in
        var members: [JSONValue.Member] = []
        if let rate = rates.macsPerSecond { members.append(.init("gmacs_per_s", .number(rate / 1e9))) }
        if let rate = rates.bytesPerSecond { members.append(.init("gbytes_per_s", .number(rate / 1e9))) }
        members.append(.init("overhead_us", .number(rates.overheadSeconds * 1e6)))
        return JSONValue.Member(kind.rawValue, .object(members))
      }
    }
    let memory = memoryBytes.map { [JSONValue.Member("memory_bytes", .number($0))] } ?? []
    return .object(
      [.init("offloadsim_profile", 1), .init("name", .string(name)), .init("source", .string(source))] + memory + [
        .init("classes", .object(classes))
      ] + (measured.map { [.init("layers", $0.json)] } ?? []) + [
        .init("power_w", ["idle": .number(idleWatts), "busy": .number(busyWatts)])
      ])
  }
}

extension CostClass {
  fileprivate var help: String {
    switch self {
    case .convolution: "convolutions of full depth"
    case .depthwise: "depthwise convolutions"
    case .gemm: "matrix products"
    case .recurrent: "recurrent layers"
    case .memory: "everything else, and the classes that are missing"
    }
  }
}
