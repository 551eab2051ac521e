/// The size of a tile as a type, so that the compiler knows it.
public enum TileSize<let rows: Int, let panels: Int> {}

/// The size of a strip of output pixels as a type.
public enum StripSize<let pixels: Int, let blocks: Int> {}

/// A strip of output pixels and the kernel that passes over it as a type.
public enum StripShape<let pixels: Int, let kernelWidth: Int, let stride: Int> {}
