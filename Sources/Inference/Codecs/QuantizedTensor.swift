/// A tensor in integers of 8 or 4 bits, with one scale and zero for all of it or for each channel.
///
/// After the shape: the number of scales (64 bits), for each a scale and a zero as float32, then the integers; two of 4 bits
/// share a byte, the first in its low half.
enum QuantizedTensor {
  static func encode(_ tensor: Tensor, bits: Int, perChannel: Bool) -> [UInt8] {
    let values = tensor.elements(as: Float.self)
    let channels = perChannel && tensor.shape.count >= 2 ? tensor.shape[1] : 1
    let inner = perChannel && tensor.shape.count >= 2 ? tensor.shape[2...].reduce(1, *) : values.count
    let top = Float(1 << bits - 1)
    var low = [Float](repeating: 0, count: channels)
    var high = low
    for (index, value) in values.enumerated() {
      let channel = index / inner % channels
      low[channel] = min(low[channel], value)
      high[channel] = max(high[channel], value)
    }
    var bytes = CodedShape.encode(tensor.shape)
    withUnsafeBytes(of: Int64(channels).littleEndian) { bytes.append(contentsOf: $0) }
    var (scales, zeros): ([Float], [Float]) = ([], [])
    for channel in 0..<channels {
      // The two halves apart, so that a range beyond the largest float does not overflow.
      let scale = high[channel] / top - low[channel] / top
      scales.append(scale > 0 && scale.isFinite ? scale : 1)
      zeros.append(min(max((-low[channel] / scales[channel]).rounded(), 0), top))
      bytes.appendFloat(scales[channel])
      bytes.appendFloat(zeros[channel])
    }
    let codes = values.enumerated().map { index, value -> UInt8 in
      let channel = index / inner % channels
      return UInt8(min(max((value / scales[channel]).rounded() + zeros[channel], 0), top))
    }
    if bits == 8 { return bytes + codes }
    for index in stride(from: 0, to: codes.count, by: 2) {
      bytes.append(codes[index] | (index + 1 < codes.count ? codes[index + 1] << 4 : 0))
    }
    return bytes
  }

  static func decode(_ bytes: [UInt8], bits: Int) throws -> Tensor {
    let (shape, count, start) = try CodedShape.decode(bytes)
    guard bytes.count - start >= 8 else { throw ExecutionError("a quantized tensor that breaks off") }
    let channels = Int(bytes.integer64(at: start))
    let isWhole = channels == 1 || (shape.count >= 2 && channels == shape[1])
    let codes = start + 8 + 8 * (isWhole ? channels : 0)
    let length = bits == 8 ? count : (count + 1) / 2
    guard isWhole, channels >= 1, count > 0, bytes.count - codes == length else {
      throw ExecutionError("a quantized tensor of the wrong length")
    }
    let inner = channels == 1 ? count : shape[2...].reduce(1, *)
    let scales = (0..<channels).map { bytes.float(at: start + 8 + 8 * $0) }
    let zeros = (0..<channels).map { bytes.float(at: start + 12 + 8 * $0) }
    return Tensor(
      shape: shape,
      (0..<count).map { index in
        let code = bits == 8 ? bytes[codes + index] : bytes[codes + index / 2] >> (index.isMultiple(of: 2) ? 0 : 4) & 15
        let channel = index / inner % channels
        let value = scales[channel] * (Float(code) - zeros[channel])
        // A scale that was rounded up may carry the ends of the range beyond the largest float.
        return min(max(value, -.greatestFiniteMagnitude), .greatestFiniteMagnitude)
      })
  }
}
