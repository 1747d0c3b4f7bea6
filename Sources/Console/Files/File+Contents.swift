extension File {
  /// All bytes of a file; nothing where there are more than `most`.
  package consuming func contents(most: Int) throws(SystemError) -> [UInt8]? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= most {
      let count: Int
      do {
        count = try unsafe buffer.withUnsafeMutableBytes { buffer in try unsafe fill(buffer) }
      } catch let error as SystemError {
        throw error
      } catch {
        preconditionFailure("only the system's errors are thrown here")
      }
      guard count > 0 else { return bytes }
      bytes.append(contentsOf: buffer[..<count])
    }
    return nil
  }
}
