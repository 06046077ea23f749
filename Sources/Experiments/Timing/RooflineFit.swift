import Foundation
import Partitioning

/// Fits overhead, arithmetic rate and bandwidth of one class to measured layers.
///
/// Minimises Σ √time · (ln predicted / measured)² by coordinate search on the logarithms of the three numbers: errors are
/// relative, and a layer counts more the longer it takes, without small networks counting for nothing.
struct RooflineFit {
  private let layers: [MeasuredLayers.Sample]

  init(_ layers: [MeasuredLayers.Sample]) { self.layers = layers }

  var rates: DeviceProfile.Rates {
    let hasMACs = layers.contains { $0.work.macs > 0 }
    // Start from the totals: every layer is above all of its limits.
    let seconds = max(1e-9, layers.reduce(0) { $0 + $1.microseconds * 1e3 } / 1e9)
    var point = [
      log(max(1, Double(layers.reduce(0) { $0 + $1.work.macs })) / seconds),
      log(max(1, Double(layers.reduce(0) { $0 + $1.work.bytes })) / seconds),
      log(max(1, (layers.map(\.microseconds).min() ?? 0) * 1e3) / 1e9),
    ]
    var best = loss(point)
    var step = 2.0
    while step > 0.002 {
      var improved = false
      for axis in point.indices where axis != 0 || hasMACs {
        for direction in [-step, step] {
          var next = point
          next[axis] += direction
          let value = loss(next)
          if value < best { (best, point, improved) = (value, next, true) }
        }
      }
      if !improved { step /= 2 }
    }
    return DeviceProfile.Rates(
      macsPerSecond: hasMACs ? exp(point[0]) : nil, bytesPerSecond: exp(point[1]), overheadSeconds: exp(point[2]))
  }

  private func loss(_ point: [Double]) -> Double {
    let rates = DeviceProfile.Rates(
      macsPerSecond: exp(point[0]), bytesPerSecond: exp(point[1]), overheadSeconds: exp(point[2]))
    return layers.reduce(0) { sum, layer in
      let measured = max(1e-9, layer.microseconds / 1e6)
      let error = log(rates.seconds(macs: layer.work.macs, bytes: layer.work.bytes) / measured)
      return sum + measured.squareRoot() * error * error
    }
  }
}
