/// How an output position of Resize maps to a position in the input.
enum CoordinateTransformation: String, Sendable {
  case halfPixel = "half_pixel"
  case halfPixelSymmetric = "half_pixel_symmetric"
  case pytorchHalfPixel = "pytorch_half_pixel"
  case alignCorners = "align_corners"
  case asymmetric
  case tfHalfPixelForNN = "tf_half_pixel_for_nn"
  case tfCropAndResize = "tf_crop_and_resize"

  /// The place of output position `x` in an axis that goes from `from` to `to` elements by `scale`.
  ///
  /// In single precision, as other engines compute it: a rounding decides which neighbour a tie picks.
  func original(_ x: Int, from: Int, to: Int, scale: Float, region: ClosedRange<Float>) -> Float {
    let position = Float(x)
    switch self {
    case .halfPixel: return (position + 0.5) / scale - 0.5
    case .halfPixelSymmetric:
      let adjustment = Float(to) / (scale * Float(from))
      let center = Float(from) / 2
      return center * (1 - adjustment) + (position + 0.5) / scale - 0.5
    case .pytorchHalfPixel: return to > 1 ? (position + 0.5) / scale - 0.5 : 0
    case .alignCorners: return to == 1 ? 0 : position * Float(from - 1) / Float(to - 1)
    case .asymmetric: return position / scale
    case .tfHalfPixelForNN: return (position + 0.5) / scale
    case .tfCropAndResize:
      let last = Float(from - 1)
      return to > 1
        ? region.lowerBound * last + position * (region.upperBound - region.lowerBound) * last / Float(to - 1)
        : 0.5 * (region.lowerBound + region.upperBound) * last
    }
  }
}

/// Which neighbour `nearest` takes.
enum NearestMode: String, Sendable {
  case roundPreferFloor = "round_prefer_floor"
  case roundPreferCeil = "round_prefer_ceil"
  case floor
  case ceil

  func pick(_ position: Float) -> Float {
    switch self {
    case .roundPreferFloor: (position - 0.5).rounded(.up)
    case .roundPreferCeil: (position + 0.5).rounded(.down)
    case .floor: position.rounded(.down)
    case .ceil: position.rounded(.up)
    }
  }
}
