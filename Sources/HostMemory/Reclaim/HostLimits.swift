/// What a host has for its groups.
public struct HostLimits: Sendable, Hashable {
  /// The frames that groups and free ones share.
  public var frames: UInt64
  /// Below so many free frames touches reclaim themselves.
  public var min: UInt64
  /// Below so many kswapd wakes.
  public var low: UInt64
  /// Above so many it sleeps.
  public var high: UInt64
  /// The pages of swap.
  public var swapPages: UInt64 = 0
  /// `vm.swappiness`.
  public var swappiness: UInt64 = 60
  /// Frames that hold changed pages of files, in percent, from which on they are written
  /// (`vm.dirty_background_ratio`).
  public var dirtyBackgroundPercent: UInt64 = 10
  /// The same from which on nobody may change more until some have been written (`vm.dirty_ratio`).
  public var dirtyPercent: UInt64 = 20
  /// Whether a page that a read brings back from swap may be written without another fault, as a page of one's
  /// own may since Linux 6.11; before, its first write was a permission fault.
  public var mapsSwapReadsWritable = true

  /// A host whose watermarks are those of its zones taken together.
  public init(frames: UInt64, _ watermarks: Watermarks) {
    self.init(
      frames: frames, min: watermarks.marks.reduce(0) { $0 + $1.min },
      low: watermarks.marks.reduce(0) { $0 + $1.low },
      high: watermarks.marks.reduce(0) { $0 + $1.high })
  }

  /// A host with watermarks of its own.
  public init(frames: UInt64, min: UInt64, low: UInt64, high: UInt64) {
    self.frames = frames
    self.min = min
    self.low = low
    self.high = high
  }

  /// More memory than anything can use: only the groups' limits count.
  public static let ample = HostLimits(frames: .max / 4, min: 0, low: 0, high: 0)
}
