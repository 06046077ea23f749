import Foundation

/// What a codec between two partitions costs and loses, over a calibration set.
public struct CodecQuality: Sendable {
  public let codec: TensorCodec
  /// Coded bytes that cross, the mean over the set.
  public let bytes: Double
  public let encodeMilliseconds: Double
  public let decodeMilliseconds: Double
  /// Of the outputs, signal over noise in decibels over the whole set; infinite where they are equal.
  public let signalToNoise: Double
  /// The share of inputs whose largest element of the first output is at the same place as without a cut.
  public let agreement: Double

  /// Runs each input of the set through the cut network in each codec, and compares with the uncut one in float32.
  ///
  /// Throws `ExecutionError` where the network cannot be run.
  public static func measure(
    _ codecs: [TensorCodec], in split: PartitionedExecutor, whole: Executor, inputs: [[Tensor]]
  ) throws -> [CodecQuality] {
    let references = try inputs.map { try whole.run($0) }
    return try codecs.map { codec in
      var (bytes, encode, decode, signal, noise, agreed) = (0, 0, 0, 0.0, 0.0, 0)
      for (input, reference) in zip(inputs, references) {
        let (outputs, records) = try split.run(input, codec: codec)
        for record in records {
          bytes += record.receivedBytes
          encode += record.encodeNanoseconds
          decode += record.decodeNanoseconds
        }
        for (output, expected) in zip(outputs, reference) where output.elementType == .float32 {
          let pairs = zip(output.elements(as: Float.self), expected.elements(as: Float.self))
          for (found, right) in pairs {
            signal += Double(right) * Double(right)
            noise += (Double(found) - Double(right)) * (Double(found) - Double(right))
          }
        }
        if outputs.first?.largestPlace == reference.first?.largestPlace { agreed += 1 }
      }
      let count = Double(max(1, inputs.count))
      return CodecQuality(
        codec: codec, bytes: Double(bytes) / count, encodeMilliseconds: Double(encode) / 1e6 / count,
        decodeMilliseconds: Double(decode) / 1e6 / count,
        signalToNoise: noise == 0 ? .infinity : 10 * log10(signal / noise), agreement: Double(agreed) / count)
    }
  }
}

extension Tensor {
  /// Where its largest float32 is; `nil` for other tensors and empty ones.
  fileprivate var largestPlace: Int? {
    guard elementType == .float32 else { return nil }
    let values = elements(as: Float.self)
    return values.indices.max { values[$0] < values[$1] }
  }
}
