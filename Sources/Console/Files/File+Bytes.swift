extension File {
  /// Everything up to the end of the file.
  package borrowing func bytes() throws(SystemError) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = try unsafe buffer.withUnsafeMutableBufferPointer {
        (room) throws(SystemError) in
        try unsafe fill(UnsafeMutableRawBufferPointer(room))
      }
      guard count > 0 else { return bytes }
      bytes.append(contentsOf: buffer[..<count])
    }
  }
}
