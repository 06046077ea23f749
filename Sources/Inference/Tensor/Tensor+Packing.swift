/// Elements of less than 8 bits, which take a byte each in memory but share bytes in files.
extension Tensor {
  /// The elements as they lie in the `raw_data` of a file: the tensor itself, or its elements packed into uint8.
  public func packedForFile() -> Tensor {
    let bits = elementType.bitsInFile
    guard bits < 8 else { return self }
    let packed = Tensor(zeros: .uint8, shape: [elementType.byteCountInFile(elementCount)])
    let (source, target) = (bytes.assumingMemoryBound(to: UInt8.self), packed.pointer(as: UInt8.self))
    let (inByte, mask) = (8 / bits, UInt8(1 << bits) - 1)
    for index in 0..<elementCount { target[index / inByte] |= (source[index] & mask) << UInt8(index % inByte * bits) }
    return packed
  }

  /// Elements of less than 8 bits from packed ones; `bytes` holds exactly those of the shape.
  public init(_ elementType: ElementType, shape: [Int], unpacking bytes: UnsafeRawBufferPointer) {
    let bits = elementType.bitsInFile
    self.init(zeros: elementType, shape: shape)
    precondition(bits < 8 && bytes.count == elementType.byteCountInFile(elementCount), "packed elements")
    let target = self.bytes.assumingMemoryBound(to: UInt8.self)
    let (inByte, mask, shift) = (8 / bits, UInt8(1 << bits) - 1, UInt8(8 - bits))
    let isSigned = elementType == .int4 || elementType == .int2
    for index in 0..<elementCount {
      let code = bytes[index / inByte] >> UInt8(index % inByte * bits) & mask
      target[index] = isSigned ? UInt8(bitPattern: Int8(bitPattern: code << shift) >> Int8(shift)) : code
    }
  }
}
