import CKernels

/// Max and average pools of float32 over planes.
struct FloatPool: PreparedKernel {
  enum Kind {
    case max
    /// The mean of the elements inside the input.
    case average
    /// The mean over input and padding, but not beyond the padding.
    case averageWithPadding
  }

  /// Planes that one call of a worker takes.
  private static let planesAtOnce = 4

  private let isMaximum: Bool
  private let planes: Int
  /// Elements of a plane of the input.
  private let plane: Int
  /// Elements of a plane of the output.
  private let positions: Int
  /// By how much the sum at each position is divided.
  private let counts: [Float]
  private let method: Method

  private enum Method {
    case padded(PaddedPlane)
    /// A window of three dimensions.
    case plain(PlacedWindow)
  }

  init(_ kind: Kind, _ geometry: PoolGeometry, using context: ExecutionContext) {
    let window = geometry.window
    isMaximum = kind == .max
    planes = geometry.planes
    (plane, positions) = (window.input.reduce(1, *), window.output.reduce(1, *))
    counts = kind == .max ? [] : window.counts(includingPadding: kind == .averageWithPadding)
    method =
      window.rank <= 2 && planes * positions > 0
      ? .padded(PaddedPlane(ck_window(window), context.kernels)) : .plain(window.expanded(to: 3))
  }

  func run(_ inputs: [Tensor?], residual: Tensor?, into outputs: [Tensor?], using context: ExecutionContext) throws {
    run(try inputs.required(0, "X"), into: try outputs.required(0, "Y"), using: context)
  }

  func run(_ input: Tensor, into output: Tensor, using context: ExecutionContext) {
    guard output.elementCount > 0 else { return }
    switch method {
    case .plain(let window):
      context.parallel(planes) { index in
        let source = input.floats + index * plane
        for position in 0..<positions {
          var result: Float = isMaximum ? -.infinity : 0
          window.forEachTap(at: position) { _, element in
            result = isMaximum ? Swift.max(result, source[element]) : result + source[element]
          }
          output.floats[index * positions + position] = isMaximum ? result : result / counts[position]
        }
      }
    case .padded(let pad):
      context.parallelRanges(planes, grain: Self.planesAtOnce) { range in
        pad.withRoom { room in
          for index in range {
            let target = output.floats + index * positions
            pad.reduce(
              isMaximum ? CK_WINDOW_MAX : CK_WINDOW_SUM, input.floats + index * plane,
              fill: isMaximum ? -.infinity : 0, weights: nil, into: target, epilogue: nil, room: room)
            if !isMaximum { context.kernels.combine(.divide, target, counts, into: target, count: positions) }
          }
        }
      }
    }
  }
}

/// Pools of other elements.
enum PoolKernels {
  /// Max pool of any comparable elements, with the positions of the maxima on request.
  static func maximum<Element: Comparable & BitwiseCopyable>(
    _ type: Element.Type, _ geometry: PoolGeometry, from input: Tensor, into output: Tensor,
    indices: Tensor?
  ) {
    let (plane, positions) = (
      geometry.window.input.reduce(1, *), geometry.window.output.reduce(1, *)
    )
    let window = geometry.window.expanded(to: 3)
    for index in 0..<geometry.planes {
      let source = input.pointer(as: type) + index * plane
      for position in 0..<positions {
        var best: Int?
        window.forEachTap(at: position) { _, element in
          if let current = best, source[element] <= source[current] { return }
          best = element
        }
        let winner = best ?? 0
        output.pointer(as: type)[index * positions + position] = source[winner]
        indices?.pointer(as: Int64.self)[index * positions + position] = Int64(
          index * plane + winner)
      }
    }
  }
}

extension PlacedWindow {
  /// By how much the sum at each output position is to be divided.
  fileprivate func counts(includingPadding: Bool) -> [Float] {
    let alongAxes = (0..<rank).map { axis in
      (0..<output[axis]).map { position in
        (0..<kernel[axis]).reduce(0) { count, tap in
          let at = position * strides[axis] - padsBefore[axis] + tap * dilations[axis]
          let isCounted =
            includingPadding ? at < input[axis] + padsAfter[axis] : at >= 0 && at < input[axis]
          return isCounted ? count + 1 : count
        }
      }
    }
    return alongAxes.reduce([1]) { products, along in
      products.flatMap { product in along.map { product * $0 } }
    }
    .map { Float(Swift.max(1, $0)) }
  }
}
