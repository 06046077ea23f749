/// How the window of a convolution or pool slides over the spatial dimensions, as read from the attributes.
///
/// Source: ONNX Conv, ConvTranspose, MaxPool and AveragePool.
struct Window: Sendable {
  enum AutoPad: String, Sendable {
    case explicit = "NOTSET"
    case sameUpper = "SAME_UPPER"
    case sameLower = "SAME_LOWER"
    case valid = "VALID"
  }

  let kernel: [Int]?
  let strides: [Int]?
  let dilations: [Int]?
  /// All beginnings, then all ends.
  let pads: [Int]?
  let autoPad: AutoPad
  let ceils: Bool

  /// Such as ` 3x3` or ` 3x3/2`: the size and, where it is not 1, the stride; `shape` is the size where none is given.
  func description(shape: [Int]? = nil) -> String {
    guard let size = kernel ?? shape else { return "" }
    let step = strides?.max() ?? 1
    return " " + size.map(String.init).joined(separator: "x") + (step > 1 ? "/\(step)" : "")
  }

  /// A window with explicit padding; sizes must have been checked.
  init(kernel: [Int], strides: [Int]?, dilations: [Int]?, pads: [Int]?) {
    (self.kernel, self.strides, self.dilations, self.pads) = (kernel, strides, dilations, pads)
    (autoPad, ceils) = (.explicit, false)
  }

  /// Reads `kernel_shape`, `strides`, `dilations`, `pads`, `auto_pad` and, for pools, `ceil_mode`.
  init(from attributes: inout AttributeReader, isPool: Bool = false) throws {
    kernel = try attributes.intsIfPresent("kernel_shape")
    strides = try attributes.intsIfPresent("strides")
    dilations = try attributes.intsIfPresent("dilations")
    pads = try attributes.intsIfPresent("pads")
    ceils = isPool ? try attributes.flag("ceil_mode", default: false) : false
    let name = try attributes.string("auto_pad", default: "NOTSET")
    guard let mode = AutoPad(rawValue: name.isEmpty ? "NOTSET" : name) else {
      throw ShapeError("auto_pad '\(name)' is not one of NOTSET, SAME_UPPER, SAME_LOWER, VALID")
    }
    autoPad = mode
    for (name, values, least) in [
      ("kernel_shape", kernel, 1), ("strides", strides, 1), ("dilations", dilations, 1), ("pads", pads, 0),
    ] {
      for value in values ?? [] where value < least || value > 1 << 24 {
        throw ShapeError("\(name) must lie between \(least) and \(1 << 24), not \(value)")
      }
    }
  }

  /// The window over an input of the given spatial sizes; `weightKernel` is the kernel that the weights imply.
  ///
  /// Throws `ShapeError` where the numbers of dimensions differ or nothing would be left.
  func placed(over input: [Int], weightKernel: [Int]? = nil) throws -> PlacedWindow {
    guard let kernel = self.kernel ?? weightKernel else { throw ShapeError("kernel_shape is missing") }
    if let weightKernel, weightKernel != kernel {
      throw ShapeError("kernel_shape \(kernel) differs from the weights' \(weightKernel)")
    }
    let rank = input.count
    let strides = self.strides ?? [Int](repeating: 1, count: rank)
    let dilations = self.dilations ?? [Int](repeating: 1, count: rank)
    var pads = self.pads ?? [Int](repeating: 0, count: 2 * rank)
    if autoPad != .explicit { pads = [Int](repeating: 0, count: 2 * rank) }
    guard rank >= 1, kernel.count == rank, strides.count == rank, dilations.count == rank, pads.count == 2 * rank
    else { throw ShapeError("kernel \(kernel), strides, dilations or pads do not fit \(rank) spatial dimensions") }
    var output = [Int](repeating: 0, count: rank)
    for axis in 0..<rank {
      let reach = (kernel[axis] - 1) * dilations[axis] + 1
      if autoPad == .sameUpper || autoPad == .sameLower {
        output[axis] = (input[axis] + strides[axis] - 1) / strides[axis]
        let total = max(0, (output[axis] - 1) * strides[axis] + reach - input[axis])
        pads[axis] = autoPad == .sameUpper ? total / 2 : total - total / 2
        pads[axis + rank] = total - pads[axis]
        continue
      }
      let room = input[axis] + pads[axis] + pads[axis + rank] - reach
      guard room >= 0 else { throw ShapeError("a window of \(reach) does not fit an input of \(input[axis])") }
      output[axis] = room / strides[axis] + 1
      if ceils, room % strides[axis] != 0, output[axis] * strides[axis] < input[axis] + pads[axis] {
        output[axis] += 1  // a window that would start in the padding at the end is left out
      }
    }
    return PlacedWindow(
      input: input, output: output, kernel: kernel, strides: strides, dilations: dilations,
      padsBefore: [Int](pads[..<rank]), padsAfter: [Int](pads[rank...]))
  }
}

/// A window over an input of known size; every array has one entry per spatial dimension.
struct PlacedWindow: Sendable, Hashable {
  let input: [Int]
  let output: [Int]
  let kernel: [Int]
  let strides: [Int]
  let dilations: [Int]
  let padsBefore: [Int]
  let padsAfter: [Int]

  var rank: Int { input.count }

  /// The same window with leading dimensions of size 1, so that there are `rank` of them.
  func expanded(to rank: Int) -> PlacedWindow {
    guard self.rank < rank else { return self }
    func fill(_ values: [Int], _ value: Int) -> [Int] {
      [Int](repeating: value, count: rank - values.count) + values
    }
    return PlacedWindow(
      input: fill(input, 1), output: fill(output, 1), kernel: fill(kernel, 1), strides: fill(strides, 1),
      dilations: fill(dilations, 1), padsBefore: fill(padsBefore, 0), padsAfter: fill(padsAfter, 0))
  }
}
