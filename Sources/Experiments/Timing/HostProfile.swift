import Foundation
import Inference
import ModelZoo
import Partitioning
import StrictJSON

/// Measures this host and makes a device profile of it.
public enum HostProfile {
  /// One network, measured whole and layer by layer.
  public struct Measurement: Sendable {
    public let model: String
    /// Whether the network exists only to be measured.
    public let isProbe: Bool
    public let network: CostGraph
    /// The names and works of the layers, inputs of the network left out, and their times.
    public let layers: [(name: String, sample: MeasuredLayers.Sample)]
    /// The least of whole runs.
    public let wholeMilliseconds: Double

    public var layerMilliseconds: Double { layers.reduce(0) { $0 + $1.sample.microseconds } / 1e3 }

    public func predictedMilliseconds(by profile: DeviceProfile) -> Double {
      Double(profile.nanoseconds(of: network).reduce(0, +)) / 1e6
    }
  }

  /// Times a network on one thread: after a warm-up, whole runs and runs layer by layer in turn.
  ///
  /// The least time of each counts: whatever else the machine does can only add to it. There are at least `runs` of both,
  /// and more until `milliseconds` have passed. The network is measured as it is executed by default, passes applied.
  public static func measure(_ model: LoadedModel, runs: Int, milliseconds: Double = 400, isProbe: Bool = false) throws
    -> Measurement
  {
    let model = model.optimized()
    guard let graph = model.graph else {
      throw InputError("'\(model.name.printable)' is a cost table: nothing can be measured")
    }
    let executor = try Executor(graph)
    let inputs = try model.seededInputs(seed: 1)
    for _ in 0..<2 { _ = try executor.run(inputs) }
    var least = [Int](repeating: .max, count: executor.layers.count)
    var whole = UInt64.max
    let start = DispatchTime.now().uptimeNanoseconds
    var round = 0
    while round < runs || Double(DispatchTime.now().uptimeNanoseconds - start) < milliseconds * 1e6 {
      round += 1
      let begin = DispatchTime.now().uptimeNanoseconds
      _ = try executor.run(inputs)
      whole = min(whole, DispatchTime.now().uptimeNanoseconds - begin)
      var times = [Int](repeating: 0, count: least.count)
      _ = try executor.run(inputs) { times[$0] += $1 }
      for layer in least.indices { least[layer] = min(least[layer], times[layer]) }
    }
    let network = try model.costGraph()
    let layers = zip(executor.layers, least).map { layer, time in
      let sample = MeasuredLayers.Sample(
        work: CostGraph.Work(layer), networkBytes: network.touchedBytes, microseconds: Double(time) / 1e3)
      return (layer.name, sample)
    }
    return Measurement(
      model: model.name, isProbe: isProbe, network: network, layers: layers, wholeMilliseconds: Double(whole) / 1e6)
  }

  /// Times small networks that have layers of every kind in many sizes, and the networks of the zoo.
  ///
  /// `before` is called with the name of each, and may throw to end the measuring.
  public static func measureAll(runs: Int, before: (String) throws -> Void) throws -> [Measurement] {
    let probes = try Probe.all.map { probe in
      try before(probe.name)
      let model = LoadedModel(name: probe.name, origin: .zoo, content: .graph(try probe.build()), zooName: nil)
      return try measure(model, runs: runs, milliseconds: 60, isProbe: true)
    }
    return try probes
      + Zoo.descriptions.map { network in
        try before(network.name)
        return try measure(try LoadedModel.find(network.name), runs: runs)
      }
  }

  /// The profile that tells other networks' times from the measured layers.
  public static func fit(_ measurements: [Measurement], named name: String) -> DeviceProfile {
    let samples = measurements.flatMap { distinct($0.layers.map(\.sample)) }
    var rates: [CostClass: DeviceProfile.Rates] = [:]
    for kind in CostClass.allCases {
      let layers = samples.filter { $0.work.costClass == kind }
      if !layers.isEmpty { rates[kind] = RooflineFit(layers).rates }
    }
    return DeviceProfile(
      name: name, source: "measured with offloadsim profile, one thread, batch 1, float32",
      memoryBytes: Double(ProcessInfo.processInfo.physicalMemory), rates: rates, measured: MeasuredLayers(samples))
  }

  /// How well profiles of the other networks tell each network's time: the measurements, probes left out, with the
  /// prediction of a profile that has not seen the network.
  public static func leaveOneOut(_ measurements: [Measurement]) -> [(measurement: Measurement, milliseconds: Double)] {
    measurements.filter { !$0.isProbe }.map { measurement in
      let others = measurements.filter { $0.model != measurement.model }
      return (measurement, measurement.predictedMilliseconds(by: fit(others, named: "others")))
    }
  }

  /// Layers of equal work once, at the mean of their times.
  private static func distinct(_ samples: [MeasuredLayers.Sample]) -> [MeasuredLayers.Sample] {
    var order: [CostGraph.Work] = []
    var times: [CostGraph.Work: [Double]] = [:]
    for sample in samples {
      if times[sample.work] == nil { order.append(sample.work) }
      times[sample.work, default: []].append(sample.microseconds)
    }
    return order.map { work in
      let all = times[work] ?? []
      return MeasuredLayers.Sample(
        work: work, networkBytes: samples[0].networkBytes, microseconds: all.reduce(0, +) / Double(all.count))
    }
  }
}
