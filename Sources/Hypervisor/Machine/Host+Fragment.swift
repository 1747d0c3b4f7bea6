import HostMemory

extension Host {
  /// Puts the host's memory in pieces: of each free run of 2 MiB one frame is taken for good, but of as many
  /// as make so many bytes.
  ///
  /// Who asks for a large page when these are gone gets small ones.
  public mutating func fragment(leaving bytes: UInt64) {
    var runs: [FrameNumber] = []
    while let run = frames.allocate(.large) { runs.append(run) }
    let whole = Int(clamping: bytes / FrameOrder.large.bytes)
    for (number, run) in runs.enumerated() {
      guard number >= whole else {
        frames.release(run)
        continue
      }
      frames.split(run)
      for frame in 1..<FrameOrder.large.frames { frames.release(run + frame) }
    }
  }
}
