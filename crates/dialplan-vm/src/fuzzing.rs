//! Bodies of the fuzz targets, kept here so that they always compile.
