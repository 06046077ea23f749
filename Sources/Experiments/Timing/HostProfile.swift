import Foundation
import Inference
import Partitioning
import StrictJSON

/// Measures this host and fits a device profile to it.
public enum HostProfile {
  /// One layer: what it does and how long that takes.
  public struct Layer: Sendable {
    public let name: String
    public let costClass: CostClass
    public let macs: Int
    public let bytes: Int
    public let nanoseconds: Double
  }

  /// One network, measured whole and layer by layer.
  public struct Measurement: Sendable {
    public let model: String
    public let layers: [Layer]
    /// The median of whole runs.
    public let wholeMilliseconds: Double

    public var layerMilliseconds: Double { layers.reduce(0) { $0 + $1.nanoseconds } / 1e6 }

    public func predictedMilliseconds(by profile: DeviceProfile) -> Double {
      layers.reduce(0) { $0 + profile.rates(of: $1.costClass).seconds(macs: $1.macs, bytes: $1.bytes) } * 1e3
    }
  }

  /// Networks that together have every class of layers.
  public static let defaultModels = [
    "lenet5", "mobilenet_v1", "mobilenet_v2", "resnet18", "squeezenet1_1", "mlp", "ds_cnn", "lstm", "gru", "bert_mini",
  ]

  /// Times a network on one thread after a warm-up; medians, so that a disturbed run does not count.
  public static func measure(_ model: LoadedModel, runs: Int) throws -> Measurement {
    guard let graph = model.graph else { throw InputError("'\(model.name.printable)' cannot be measured") }
    let executor = try Executor(graph)
    let inputs = try model.seededInputs(seed: 1)
    for _ in 0..<2 { _ = try executor.run(inputs) }
    let times = try executor.timeLayers(inputs, runs: runs)
    var whole: [Double] = []
    for _ in 0..<runs {
      let start = DispatchTime.now().uptimeNanoseconds
      _ = try executor.run(inputs)
      whole.append(Double(DispatchTime.now().uptimeNanoseconds - start) / 1e6)
    }
    let layers = zip(executor.layers, times).map { layer, time in
      Layer(
        name: layer.name, costClass: layer.costClass, macs: layer.macs, bytes: layer.bytes, nanoseconds: Double(time))
    }
    return Measurement(model: model.name, layers: layers, wholeMilliseconds: whole.sorted()[whole.count / 2])
  }

  /// The profile whose layer times are nearest to the measured ones, class by class.
  public static func fit(_ measurements: [Measurement], named name: String) -> DeviceProfile {
    var rates: [CostClass: DeviceProfile.Rates] = [:]
    for kind in CostClass.allCases {
      let layers = measurements.flatMap(\.layers).filter { $0.costClass == kind }
      if !layers.isEmpty { rates[kind] = RooflineFit(layers).rates }
    }
    return DeviceProfile(
      name: name, source: "measured with offloadsim profile, one thread, batch 1, float32",
      memoryBytes: Double(ProcessInfo.processInfo.physicalMemory), rates: rates)
  }
}
